import type { BalancePolicy } from "@isaas/gateway-sdk/contract";
import { createBalancer } from "../../../src/services/balance/create-balancer.ts";
import { Service } from "../../../src/services/service.ts";
import type { MicroBench } from "./micro-bench.ts";

const instances = 10;
const callers = 1000;

/** Every call comes from another caller, and every instance has some requests in flight. */
export function pickInstance(policy: BalancePolicy): MicroBench {
  return {
    name: `pick one of ${instances} instances, ${policy}`,
    prepare() {
      const silent = () => {};
      const service = new Service("bench_service", {
        clock: { now: () => Date.now(), monotonic: () => performance.now() },
        log: { trace: silent, debug: silent, info: silent, warn: silent, error: silent },
        slowStartMs: 30_000,
        ejection: { failures: 5, baseMs: 30_000, maxMs: 300_000 },
        crowd: { perInstance: 10_000, perService: 10_000, line: { length: 100, waitMs: 50 } },
      });
      const infos = Array.from({ length: instances }, (_, index) => {
        const url = `http://10.0.0.${index}:8001`;
        return { id: url, url, authority: undefined, weight: 1 + (index % 3), open: true };
      });
      service.update("settings", infos.slice(1));
      // The last one warms up: the clock has to be asked.
      service.update("registry", infos.slice(0, 1));
      for (const [index, instance] of service.instances.entries()) instance.inFlight = 2 + (index % 3);
      const balancer = createBalancer({ policy, hash_on: "client_address" });
      const request = new Request("http://gateway");
      const exchanges = Array.from({ length: callers }, (_, index) => ({
        request,
        clientAddress: `198.51.100.${index}`,
      }));
      const none: readonly never[] = [];
      let next = 0;
      return () => {
        next = (next + 1) % callers;
        const caller = exchanges[next];
        return caller === undefined ? undefined : service.pick(balancer, caller, none);
      };
    },
  };
}
