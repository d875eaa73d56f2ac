import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { type ClientScene, openClientScene } from "./scene.ts";

setDefaultTimeout(20_000);

let scene: ClientScene;
let gateway: ReturnType<ClientScene["client"]>;
beforeAll(async () => {
  scene = await openClientScene();
  gateway = scene.client();
});
afterAll(() => scene.close());

async function collect<Piece>(pieces: AsyncIterable<Piece> | null | undefined): Promise<Piece[]> {
  const all: Piece[] = [];
  for await (const piece of pieces ?? []) all.push(piece);
  return all;
}

describe("events", () => {
  test("come with the types that the service gave them", async () => {
    const { data } = await gateway.open.events.get({ query: { count: 2 } });
    const texts: string[] = [];
    for await (const { id, event, data: tick } of data ?? []) texts.push(`${id} ${event} ${tick.number} ${tick.text}`);
    expect(texts).toEqual(["1 tick 1 grün\nüber zwei", "2 tick 2 grün\nüber zwei"]);
  });

  test("are whole wherever the wire cuts them", async () => {
    const { data } = await gateway.open.cut.get();
    expect(await collect(data as unknown as AsyncIterable<unknown>)).toEqual([
      { id: "a", event: "wörter", data: { a: "ü€😀" } },
      { data: "two" },
      { retry: 10, data: "" },
    ]);
  });

  test("who leaves early closes the connection: the service notices", async () => {
    const { data } = await gateway.open.events.get({ query: { count: 1_000_000 } });
    for await (const { id } of data ?? []) if (id === "3") break;
    await waitFor("the service to stop", async () => (await gateway.open.streams.get()).data === 0);
    expect(await collect(data)).toEqual([]);
  });

  test("who never begins to read can leave, too", async () => {
    const { data } = await gateway.open.events.get({ query: { count: 1_000_000 } });
    await data?.return();
    await waitFor("the service to stop", async () => (await gateway.open.streams.get()).data === 0);
  });

  test("who waits for the next one can leave", async () => {
    const { data } = await gateway.open.silent.get();
    expect((await data?.next())?.value?.data).toBe("first");
    const next = data?.next();
    await data?.return();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test("end with a CallError when the caller aborts", async () => {
    const abort = new AbortController();
    const { data } = await gateway.open.events.get({ query: { count: 1_000_000 }, signal: abort.signal });
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const event of data ?? []) {
        seen.push(event.id);
        if (seen.length === 2) abort.abort("enough");
      }
    })();
    await expect(reading).rejects.toMatchObject({ name: "CallError", code: "ABORTED", cause: "enough" });
    expect(seen.slice(0, 2)).toEqual(["1", "2"]);
  });

  test("may take longer than a call's time", async () => {
    const { data } = await gateway.open.ticks.get({ query: { ms: 400 }, timeoutMs: 1000 });
    expect((await collect(data)).join("")).toBe("eins zwei drei ");
  });
});

test("bytes come as bytes, NDJSON as text", async () => {
  const bytes = (await gateway.open.raw.get({ query: { type: "application/octet-stream" } })).data;
  expect(Buffer.concat(await collect(bytes as AsyncIterable<Uint8Array>)).toString()).toBe('{"a":1}\n{"b":"ü"}\n');
  const lines = (await gateway.open.raw.get({ query: { type: "application/x-ndjson" } })).data;
  expect((await collect(lines as AsyncIterable<string>)).join("")).toBe('{"a":1}\n{"b":"ü"}\n');
});

test("what a generator yields comes piece by piece", async () => {
  const { data } = await gateway.open.ticks.get();
  const pieces = await collect(data);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe("eins zwei drei ");
});
