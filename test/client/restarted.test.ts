import { expect, test } from "bun:test";
import { createClient } from "@isaas/gateway-sdk/client";
import { writeSettings } from "../support/config-file.ts";
import { startGateway } from "../support/gateway.ts";
import { waitFor } from "../support/wait-for.ts";
import { type Services, startLibrary } from "./scene.ts";

test("a service is killed and started again while a client keeps calling: no GET fails", async () => {
  let library = await startLibrary();
  const gateway = await startGateway({
    CONFIG: writeSettings({
      routes: [{ service: "library_service", path_prefix: "/api/v1/open", auth_required: false, retries: 0 }],
    }),
    LIBRARY_SERVICE_URL: `http://127.0.0.1:${library.port}`,
  });
  // How long a restart takes is the machine's affair: tries for some seconds.
  const client = createClient<Services>(gateway.url, undefined, { retries: 6 });
  const results: unknown[] = [];
  const stop = new AbortController();
  const call = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const { data, error } = await client.open.number.get();
      results.push(error ?? data);
      await Bun.sleep(5);
    }
  };
  const callers = [call(), call(), call()];
  await waitFor("calls before", () => results.length > 30);
  const { port } = library;
  await library.kill();
  // Long enough for each caller to meet it.
  await waitFor("the gateway to fail", () =>
    gateway.lines.some(({ status }) => typeof status === "number" && status >= 502),
  );
  library = await startLibrary(port);
  const before = results.length;
  await waitFor("calls after", () => results.length > before + 100);
  stop.abort();
  await Promise.all(callers);
  expect(new Set(results)).toEqual(new Set([42]));
  await gateway.stop();
  await library.kill();
}, 20_000);
