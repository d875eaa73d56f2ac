import { expect, setDefaultTimeout, test } from "bun:test";
import { startGateway } from "../support/gateway.ts";
import { writeSettings } from "../support/config-file.ts";
import { startInstance } from "../support/instance-process.ts";
import { startService } from "../support/service.ts";

setDefaultTimeout(60_000);

/** Fewer than the test's own fetch may have in flight. */
const hanging = 150;

test("a service that hangs fills its own places and no other's, and whoever comes too late is told at once", async () => {
  const [hung, well] = await Promise.all([startService(), startInstance()]);
  const open = { auth_required: false, rate_limit: false, circuit_breaker: false };
  const gateway = await startGateway({
    HUNG_SERVICE_URL: hung.url,
    WELL_SERVICE_URL: `http://127.0.0.1:${well.port}`,
    MAX_REQUESTS_PER_INSTANCE: String(hanging),
    QUEUE_LENGTH: "0",
    CONFIG: writeSettings({
      routes: [
        { service: "hung_service", path_prefix: "/hung", ...open },
        { service: "well_service", path_prefix: "/well", ...open },
      ],
    }),
  });
  const leaving = new AbortController();
  const call = (path: string): Promise<number> =>
    fetch(`${gateway.url}${path}`, { signal: leaving.signal }).then(
      ({ status }) => status,
      () => 0,
    );
  try {
    hung.process.kill("SIGSTOP");
    const early = Array.from({ length: hanging }, () => call("/hung/x"));
    await Bun.sleep(500);
    const startMs = performance.now();
    for (let index = 0; index < 20; index += 1) {
      expect([await call("/hung/x"), await call("/well/x")]).toEqual([503, 200]);
    }
    expect(performance.now() - startMs).toBeLessThan(5000);
    leaving.abort();
    expect(new Set(await Promise.all(early))).toEqual(new Set([0]));
  } finally {
    leaving.abort();
    hung.process.kill("SIGCONT");
    await gateway.stop();
    await hung.stop();
    await well.kill();
  }
});
