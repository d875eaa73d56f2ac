import { describe, expect, test } from "bun:test";
import { answerWith, inTurn, openScene, reset } from "./scene.ts";

const wellAt = answerWith(200);

describe("another instance is asked after an answer of", () => {
  test.each([502, 503, 504])("%d", async (status) => {
    await using scene = await openScene([answerWith(status), wellAt]);
    expect(await scene.call()).toMatchObject({ status: 200, text: "200" });
    expect(scene.counts()).toEqual([1, 1]);
  });

  test.each([200, 301, 404, 429, 500, 501, 505])("%d it is not", async (status) => {
    await using scene = await openScene([answerWith(status), wellAt]);
    expect(await scene.call({ redirect: "manual" })).toMatchObject({ status });
    expect(scene.counts()).toEqual([1, 0]);
  });
});

describe("is sent again when an instance answers 503:", () => {
  test.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])("%s", async (method) => {
    await using scene = await openScene([answerWith(503), answerWith(204)]);
    expect((await scene.call({ method })).status).toBe(204);
    expect(scene.counts()).toEqual([1, 1]);
  });

  test.each(["POST", "PATCH"])("%s with an Idempotency-Key", async (method) => {
    await using scene = await openScene([answerWith(503), wellAt]);
    expect((await scene.call({ method, body: "a", headers: { "idempotency-key": "k-1" } })).status).toBe(200);
    expect(scene.upstreams.map(({ requests }) => requests[0]?.header("idempotency-key"))).toEqual(["k-1", "k-1"]);
  });

  test.each(["POST", "PATCH"])("%s where the route says so", async (method) => {
    await using scene = await openScene([answerWith(503), wellAt], { route: { retry_unsafe: true } });
    expect((await scene.call({ method, body: "a" })).status).toBe(200);
  });
});

describe("is sent once:", () => {
  test.each(["POST", "PATCH"])("%s", async (method) => {
    await using scene = await openScene([answerWith(503), wellAt]);
    expect((await scene.call({ method, body: "a" })).status).toBe(503);
    expect(scene.counts()).toEqual([1, 0]);
  });

  test("a POST whose Idempotency-Key is empty, or is for the gateway alone", async () => {
    await using scene = await openScene([answerWith(503)]);
    await scene.call({ method: "POST", body: "a", headers: { "idempotency-key": "" } });
    await scene.call({
      method: "POST",
      body: "a",
      headers: { "idempotency-key": "k-1", connection: "keep-alive, idempotency-key" },
    });
    expect(scene.counts()).toEqual([2]);
  });

  test("a POST that was reset: it may have been executed", async () => {
    await using scene = await openScene([reset, wellAt]);
    expect((await scene.call({ method: "POST", body: "a" })).status).toBe(502);
    expect(scene.counts()).toEqual([1, 0]);
  });

  test("a body that streams: it is gone", async () => {
    await using scene = await openScene([answerWith(503), wellAt], { route: { retry_unsafe: true } });
    const body = new ReadableStream({
      start: (stream) => (stream.enqueue(new Uint8Array(9)), stream.close()),
    });
    expect((await scene.call({ method: "PUT", body })).status).toBe(503);
    expect(scene.counts()).toEqual([1, 0]);
  });

  test("anything where the route wants no retries", async () => {
    await using scene = await openScene([answerWith(503), wellAt], { route: { retries: 0, retry_unsafe: true } });
    expect((await scene.call()).status).toBe(503);
    expect(scene.counts()).toEqual([1, 0]);
  });

  test("an answer that has begun: its caller sees it break", async () => {
    const begun = (_: unknown, socket: { end(text: string): void }) =>
      socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    await using scene = await openScene([begun, wellAt]);
    await expect(scene.call()).rejects.toThrow();
    expect(scene.counts()).toEqual([1, 0]);
  });
});

describe("another instance is asked", () => {
  test("when one resets the connection", async () => {
    await using scene = await openScene([reset, wellAt]);
    expect(await scene.call({ method: "PUT", body: "a" })).toMatchObject({ status: 200 });
  });

  test("when one breaks off a small answer of which nothing has gone on", async () => {
    const half = (_: unknown, socket: { end(text: string): void }) =>
      socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nabc");
    await using scene = await openScene([half, wellAt]);
    expect(await scene.call()).toMatchObject({ status: 200, text: "200" });
  });

  test("as often as the route says, each of them once", async () => {
    await using scene = await openScene([answerWith(502), answerWith(503), answerWith(504), wellAt]);
    expect(await scene.call()).toMatchObject({ status: 504, text: "504" });
    expect(scene.counts()).toEqual([1, 1, 1, 0]);
  });
});

test("an only instance is asked again", async () => {
  await using scene = await openScene([inTurn(answerWith(503), answerWith(503), wellAt)]);
  expect(await scene.call()).toMatchObject({ status: 200 });
  expect(scene.counts()).toEqual([3]);
});

test("the log says how often a request was sent, when it was more than once", async () => {
  await using scene = await openScene([inTurn(answerWith(503), wellAt)]);
  await scene.call();
  await scene.call();
  const lines = scene.gateway.lines.filter(({ msg }) => msg === "request");
  expect(lines.map(({ tries }) => tries)).toEqual([2, undefined]);
});
