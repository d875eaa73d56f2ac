import type { DescribedCircuit } from "../../plugins/breakers/describe.ts";
import { type Answer, toAnswer } from "../support/auth-scene.ts";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { asAdmin } from "../support/token.ts";
import { startFailingService } from "./failing-service.ts";

/** Recovers in a second, and closes without a ramp. */
export const quick = {
  CIRCUIT_FAILURES: "5",
  CIRCUIT_RECOVERY_SECONDS: "1",
  CIRCUIT_RAMP_SECONDS: "0",
  EJECTION_FAILURES: "0",
};

export interface GatewayScene {
  readonly gateway: InProcessGateway;
  /** A call to the service. */
  get(path?: string, init?: RequestInit): Promise<Answer>;
  /** So many, one after the other; their statuses. */
  statuses(count: number): Promise<number[]>;
  circuit(): Promise<DescribedCircuit | undefined>;
  act(action: "reset" | "open" | "close"): Promise<Answer>;
}

/** A gateway before a service that fails. `await using` ends both. */
export async function openScene(environment: Record<string, string> = {}, breakers: object = {}, timeout = 1) {
  const service = await startFailingService();
  const scene = await openGateway(service, environment, breakers, timeout);
  return {
    ...scene,
    service,
    async [Symbol.asyncDispose]() {
      await Promise.all([scene.gateway.stop(), service.kill()]);
    },
  };
}

export async function openGateway(
  service: { readonly url: string },
  environment: Record<string, string> = {},
  breakers: object = {},
  timeout = 1,
): Promise<GatewayScene> {
  const gateway = await startInProcess({
    environment: { A_SERVICE_URL: service.url, ...quick, ...environment },
    routes: [
      routeSetting({
        service: "a_service",
        path_prefix: "/api/v1/a",
        rate_limit: false,
        timeout,
        plugins: { breakers },
      }),
    ],
  });
  const api = `${gateway.url}/api/v1`;
  const get = async (path = "/a", init: RequestInit = {}): Promise<Answer> => toAnswer(await fetch(api + path, init));
  return {
    gateway,
    get,
    async statuses(count) {
      const statuses: number[] = [];
      for (let index = 0; index < count; index += 1) {
        // A body that breaks off is the caller's error, too.
        const response = await fetch(`${api}/a`);
        await response.arrayBuffer().catch(() => {});
        statuses.push(response.status);
      }
      return statuses;
    },
    async circuit() {
      const { body } = await get("/circuits", { headers: asAdmin() });
      return (body["circuits"] as DescribedCircuit[]).find(({ service: name }) => name === "a_service");
    },
    act: (action) => get(`/circuits/a_service/${action}`, { method: "POST", headers: asAdmin() }),
  };
}
