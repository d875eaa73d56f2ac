import { expect, test } from "bun:test";
import { createHash, randomBytes } from "node:crypto";
import { routeSetting, startInProcess } from "../support/in-process.ts";
import { waitFor } from "../support/wait-for.ts";
import { answerWith, openScene } from "./scene.ts";

const sha256 = (bytes: ArrayBuffer | Uint8Array): string =>
  createHash("sha256").update(new Uint8Array(bytes)).digest("hex");

test.each([1, 1000, 64 * 1024])("every try carries the whole body of %d bytes", async (size) => {
  const seen: string[] = [];
  const serve = (status: number) =>
    Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      async fetch(request) {
        seen.push(sha256(await request.arrayBuffer()));
        return new Response(null, { status });
      },
    });
  const [bad, worse, good] = [serve(503), serve(502), serve(204)];
  const gateway = await startInProcess({
    environment: { TRY_SERVICE_URL: [bad, worse, good].map((server) => server.url.origin).join(",") },
    routes: [
      routeSetting({
        service: "try_service",
        path_prefix: "/try",
        rate_limit: false,
        circuit_breaker: false,
        balance: { policy: "round_robin", hash_on: "client_address" },
      }),
    ],
  });
  try {
    const body = randomBytes(size);
    const answer = await fetch(`${gateway.url}/try`, { method: "PUT", body });
    expect([answer.status, seen]).toEqual([204, [sha256(body), sha256(body), sha256(body)]]);
  } finally {
    await gateway.stop();
    for (const server of [bad, worse, good]) await server.stop(true);
  }
});

test("every try carries the same headers, but for the host and the time that is left", async () => {
  await using scene = await openScene([answerWith(503), answerWith(200)]);
  await scene.call({
    method: "PUT",
    body: "abc",
    headers: { "x-mine": "1", via: "1.0 before", "x-forwarded-for": "6.6.6.6" },
  });
  const [first, second] = scene.upstreams.map(({ requests }) =>
    (requests[0]?.headers ?? []).filter(([name]) => !/^(host|x-request-timeout-ms)$/i.test(name)),
  );
  expect(first?.length).toBeGreaterThan(8);
  expect(second).toEqual(first ?? []);
  expect(scene.upstreams.map(({ requests, port }) => requests[0]?.header("host") === `127.0.0.1:${port}`)).toEqual([
    true,
    true,
  ]);
});

test("an answer that is given up is not read to its end: the connection is closed", async () => {
  const endless = (_: unknown, socket: { write(text: string): void }) =>
    socket.write("HTTP/1.1 503 Busy\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  await using scene = await openScene([endless, answerWith(200)]);
  expect(await scene.call()).toMatchObject({ status: 200, text: "200" });
  await waitFor("the connection to be closed", () => scene.upstreams[0]?.closed() === 1, 2000);
});

test("a caller gets one answer, the last one's, with nothing of those before it", async () => {
  const marked = (status: number, name: string) => answerWith(status, [`Set-Cookie: from=${name}`, `X-${name}: 1`]);
  await using scene = await openScene([marked(503, "first"), marked(200, "second")]);
  const { status, text, headers } = await scene.call();
  expect([status, text, headers.getSetCookie()]).toEqual([200, "200", ["from=second"]]);
  expect([headers.has("x-first"), headers.get("via")]).toEqual([false, "1.1 isaas-gateway"]);
});
