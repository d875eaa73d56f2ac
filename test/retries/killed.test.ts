import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { writeSettings } from "../support/config-file.ts";
import { type InstanceProcess, startInstance } from "../support/instance-process.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(60_000);

let instances: readonly InstanceProcess[];
let gateway: GatewayProcess;

beforeEach(async () => {
  instances = await Promise.all(["a", "b"].map((name) => startInstance(name)));
  gateway = await startGateway({
    TRY_SERVICE_URL: instances.map(({ port }) => `http://127.0.0.1:${port}`).join(","),
    CONFIG: writeSettings({
      routes: [
        {
          service: "try_service",
          path_prefix: "/api/v1/try",
          auth_required: false,
          rate_limit: false,
          circuit_breaker: false,
        },
      ],
    }),
  });
});

afterEach(async () => {
  await gateway.stop();
  for (const instance of instances) await instance.kill();
});

interface Call {
  readonly id: number;
  outcome?: string;
}

/** Callers that send one request after the other, each with a number of its own, until told to stop. */
function startCalling(method: string, callers: number) {
  const calls: Call[] = [];
  const ending = new AbortController();
  const call = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const one: Call = { id: calls.length };
      calls.push(one);
      one.outcome = await fetch(`${gateway.url}/api/v1/try/${one.id}`, { method }).then(
        async (answer) => (answer.status === 200 ? `by ${(await answer.json()).by}` : `status ${answer.status}`),
        () => "broken",
      );
      await Bun.sleep(2);
    }
  };
  const all = Promise.all(Array.from({ length: callers }, call));
  return {
    calls,
    async stop() {
      ending.abort();
      await all;
    },
  };
}

async function killOne(method: string): Promise<readonly Call[]> {
  const load = startCalling(method, 8);
  await waitFor("answers of both", () => new Set(load.calls.map(({ outcome }) => outcome)).size >= 3);
  await waitFor("requests", () => load.calls.length > 300);
  await instances[0]?.kill();
  const atKill = load.calls.length;
  await waitFor("more requests", () => load.calls.length > atKill + 300);
  await load.stop();
  return load.calls;
}

test("when one of two instances is killed, no caller of GET notices", async () => {
  const calls = await killOne("GET");
  expect(calls.filter(({ outcome }) => !/^by [ab]$/.test(outcome ?? ""))).toEqual([]);
  expect(calls.at(-1)?.outcome).toBe("by b");
});

test("when one of two instances is killed, no POST is executed twice", async () => {
  const calls = await killOne("POST");
  const executed = (await instances[1]?.seen())?.requests ?? [];
  expect(new Set(executed).size).toBe(executed.length);
  // What b executed and was not answered by b would have been executed by both, or answered wrongly.
  const answeredByB = calls.filter(({ outcome }) => outcome === "by b").map(({ id }) => `/${id}`);
  expect(executed.toSorted()).toEqual(answeredByB.toSorted());
  const lost = calls.filter(({ outcome }) => outcome?.startsWith("by ") !== true);
  expect(lost.length).toBeLessThanOrEqual(8);
  expect(lost.every(({ outcome }) => outcome === "status 502")).toBe(true);
});
