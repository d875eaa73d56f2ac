import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { Documents } from "../../../plugins/registry/documents.ts";
import { fetchForGateway } from "../../../src/proxy/fetch-transport.ts";
import { changes, newStore } from "../../store/stores.ts";
import { toRecord } from "./parts.ts";

const document = { openapi: "3.1.0", paths: {} };
let seen: string[];
const service = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request) {
    const { pathname } = new URL(request.url);
    seen.push(`${request.headers.get("host")}${pathname}`);
    if (pathname === "/moved") return Response.redirect("/openapi.json");
    if (pathname === "/missing") return Response.json(document, { status: 404 });
    if (pathname === "/list") return Response.json([document]);
    if (pathname === "/html") return new Response("<hunter2>");
    if (pathname === "/other") return Response.json({ swagger: "2.0" });
    if (pathname === "/big") return Response.json({ ...document, x: "x".repeat(1024 * 1024) });
    if (pathname === "/deep")
      return new Response(`{"openapi":"3.1.0","paths":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`);
    if (pathname === "/endless") {
      return new Response(new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(65_536).fill(32)) }));
    }
    return Response.json(document);
  },
});
afterAll(() => service.stop(true));

let { store, log } = newStore();
let documents: Documents;
let heard: string[][];

beforeEach(() => {
  ({ store, log } = newStore());
  [seen, heard] = [[], []];
  const table = store.table("documents");
  documents = new Documents({
    host: { fetch: fetchForGateway },
    table,
    log,
    onChange: (names) => heard.push([...names]),
  });
});

const put = (entries: Record<string, string | undefined>) => store.table("documents").put(changes(entries));
const record = (openapi?: string) =>
  toRecord({ host: "billing.internal", port: service.port ?? 0, ...(openapi === undefined ? {} : { openapi }) });

describe("a document that was sent", () => {
  test("is kept, told of, and kept once", async () => {
    documents.start();
    await documents.keep("billing_service", document);
    await documents.keep("billing_service", { ...document });
    expect([documents.of("billing_service"), heard]).toEqual([document, [["billing_service"]]]);
  });

  test("is the same object as long as it does not change", async () => {
    documents.start();
    await documents.keep("billing_service", document);
    const before = documents.of("billing_service");
    await documents.keep("stock_service", document);
    expect(documents.of("billing_service")).toBe(before);
  });

  test("is known again after a start, and forgotten with its service", async () => {
    await put({ billing_service: JSON.stringify(document) });
    documents.start();
    expect([documents.of("billing_service"), heard]).toEqual([document, [["billing_service"]]]);
    await documents.forget("billing_service");
    await documents.forget("nobody_service");
    expect([documents.of("billing_service"), heard.length]).toEqual([undefined, 2]);
  });

  test.each(["{", "null", "7", '"/openapi.json"', "[]", '{"openapi":"3.1.0"}'])(
    "is none when the store says %s",
    async (text) => {
      await put({ billing_service: text });
      documents.start();
      expect(documents.of("billing_service")).toBeUndefined();
    },
  );
});

describe("an instance that named a path", () => {
  test("is asked there, at the address that was checked, by its own name, once a registration", async () => {
    documents.start();
    const one = record("/openapi.json");
    await documents.ask(one, "127.0.0.1");
    await documents.ask(one, "127.0.0.1");
    expect(seen).toEqual([`billing.internal:${service.port}/openapi.json`]);
    expect(documents.of("billing_service")).toEqual(document);
    await documents.ask(record("/openapi.json"), "127.0.0.1");
    expect(seen).toHaveLength(2);
  });

  test.each(["/moved", "/missing", "/list", "/html", "/other", "/big", "/endless", "/deep"])(
    "and answers as %s does has none: a line in the log says why and repeats nothing",
    async (path) => {
      documents.start();
      await documents.ask(record(path), "127.0.0.1");
      expect(documents.of("billing_service")).toBeUndefined();
      expect(log.lines.map(({ level, message }) => [level, message])).toEqual([
        ["warn", "a service's OpenAPI document is not to be had"],
      ]);
      expect(JSON.stringify(log.lines)).not.toContain("hunter2");
      expect(seen).toHaveLength(1);
    },
  );
});

test("an instance that named none is not asked", async () => {
  await documents.ask(record(), "127.0.0.1");
  expect(seen).toEqual([]);
});
