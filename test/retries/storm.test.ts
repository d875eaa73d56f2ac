import { expect, setDefaultTimeout, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { writeSettings } from "../support/config-file.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(60_000);

const callers = 10;
const requestsPerSecond = 400;
const seconds = 4;

/** An instance that counts what comes and refuses it. */
function startRefusing(status: number) {
  let count = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch() {
      count += 1;
      return new Response("busy", { status });
    },
  });
  return { url: server.url.origin, count: () => count, stop: () => server.stop(true) };
}

/** Each caller sends at its own times, whatever became of the request before. */
async function storm(url: string): Promise<number[]> {
  const statuses: Promise<number>[] = [];
  const endMs = performance.now() + seconds * 1000;
  const call = async (): Promise<void> => {
    while (performance.now() < endMs) {
      statuses.push(fetch(url).then(async (answer) => (await answer.arrayBuffer(), answer.status)));
      await Bun.sleep((1000 * callers) / requestsPerSecond);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return Promise.all(statuses);
}

const logged = ({ lines }: GatewayProcess) => lines.filter(({ msg }) => msg === "request");

test("when all instances refuse, they get at most a fifth more requests than callers send", async () => {
  const instances = [503, 503, 502].map(startRefusing);
  const gateway = await startGateway({
    TRY_SERVICE_URL: instances.map(({ url }) => url).join(","),
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
  try {
    const statuses = await storm(`${gateway.url}/api/v1/try/x`);
    expect(statuses.length).toBeGreaterThan(300 * seconds);
    expect(new Set(statuses)).toEqual(new Set([503, 502]));

    // What callers, the gateway's log and the instances say is the same.
    await waitFor("the log", () => logged(gateway).length === statuses.length);
    const tries = logged(gateway).reduce((sum, line) => sum + Number(line["tries"] ?? 1), 0);
    const attempts = instances.reduce((sum, { count }) => sum + count(), 0);
    expect(attempts).toBe(tries);
    expect(attempts).toBeLessThanOrEqual(statuses.length * 1.2);
    expect(attempts).toBeGreaterThan(statuses.length * 1.1);
  } finally {
    await gateway.stop();
    for (const instance of instances) await instance.stop();
  }
});
