import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { runners } from "./runners.ts";

let gateway: GatewayProcess;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway.stop();
});

/** Stands for a gateway that answers this. */
async function answering(
  answer: () => Response | Promise<Response>,
  ask: (url: string) => Promise<void>,
): Promise<void> {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 30, fetch: answer });
  await ask(server.url.origin).finally(() => server.stop(true));
}

describe.each(runners)("health by %s", (_, run) => {
  test("a ready gateway is exit code 0", async () => {
    const ready = { code: 0, stdout: "ready\n", stderr: "" };
    expect(await run(["health", "--url", gateway.url])).toEqual(ready);
    expect(await run(["health", `--url=${gateway.url}/`])).toEqual(ready);
  });

  test("without --url it asks where the settings say", async () => {
    expect(await run(["health"], { PORT: String(gateway.port) })).toMatchObject({ code: 0 });
    // Listening everywhere means here too.
    expect(await run(["health"], { PORT: String(gateway.port), HOST: "0.0.0.0" })).toMatchObject({ code: 0 });
    expect(await run(["health"], { PORT: "x" })).toMatchObject({ code: 1, stdout: "" });
  });

  test("it asks the loopback of IPv6 for a gateway that listens there", async () => {
    const server = Bun.serve({ hostname: "::1", port: 0, fetch: () => new Response() });
    for (const HOST of ["::", "::1"])
      expect(await run(["health"], { PORT: String(server.port), HOST })).toMatchObject({ code: 0 });
    await server.stop(true);
  });

  test("a gateway that is not ready is exit code 1 and says what is missing", () =>
    answering(
      () => Response.json({ status: "not_ready", missing: ["draining", "\u001b[2J"] }, { status: 503 }),
      async (url) => {
        expect(await run(["health", "--url", url])).toEqual({
          code: 1,
          stdout: "",
          stderr: "not ready: it answers 503, for draining\n",
        });
      },
    ));

  test("whoever answers otherwise is no ready gateway, and its answer is not repeated", () =>
    answering(
      () => new Response("<html>\u001b[2J", { status: 302, headers: { location: gateway.url } }),
      async (url) => {
        expect(await run(["health", "--url", url])).toEqual({
          code: 1,
          stdout: "",
          stderr: "not ready: it answers 302\n",
        });
      },
    ));

  test(
    "a gateway that says nothing is not ready after 3 s",
    () =>
      answering(
        () => new Promise(() => {}),
        async (url) => {
          expect(await run(["health", "--url", url])).toEqual({
            code: 1,
            stdout: "",
            stderr: "not ready: no answer within 3 s\n",
          });
        },
      ),
    15_000,
  );

  test("nobody there is exit code 1", async () => {
    expect(await run(["health", "--url", "http://127.0.0.1:1"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "not ready: nobody listens there\n",
    });
  });

  test("no proxy of the environment is asked", async () => {
    expect(
      await run(["health", "--url", gateway.url], {
        HTTP_PROXY: "http://127.0.0.1:1",
        http_proxy: "http://127.0.0.1:1",
      }),
    ).toMatchObject({ code: 0 });
  });

  test.each(["junk", "localhost:8000", "file:///dev/null", ""])("--url=%s is refused", async (url) => {
    expect(await run(["health", `--url=${url}`])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^--url: wanted /),
    });
  });
});
