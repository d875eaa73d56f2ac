import { Elysia, sse, t } from "elysia";

const books = new Map([["1", { id: 1, title: "Middlemarch", added: new Date(0) }]]);
/** How often each key has come. */
const attempts = new Map<string, number>();

let streams = 0;

const Book = t.Object({ title: t.String({ minLength: 1 }), pages: t.Optional(t.Number()) });

const Flaky = t.Object({
  key: t.String(),
  failures: t.Number(),
  status: t.Number(),
  after: t.Optional(t.String()),
});

/** The service that the client's tests call: some of everything that Elysia answers. */
export const library = new Elysia()
  .get("/health", () => "ok")
  .get("/books/:id", ({ params, status }) => books.get(params.id) ?? status(404, { message: "no such book" }))
  .get("/books", ({ query }) => ({ author: query.author, limit: query.limit, tags: query.tags }), {
    query: t.Object({
      author: t.String(),
      limit: t.Optional(t.Number()),
      tags: t.Optional(t.Array(t.String())),
    }),
  })
  .post("/books", ({ body, status }) => status(201, { id: 2, ...body }), { body: Book })
  .post("/covers", async ({ body }) => ({ name: body.name, bytes: body.file.size }), {
    body: t.Object({ name: t.String(), file: t.File() }),
  })
  .get("/books/:id/pages/:page", ({ params }) => params)
  .get("/me", ({ headers }) => ({
    user: headers["x-authenticated-user"] ?? null,
    tenant: headers["x-tenant"] ?? null,
    key: headers["idempotency-key"] ?? null,
  }))
  .get("/guarded", ({ headers }) => headers["x-tenant"], { headers: t.Object({ "x-tenant": t.String() }) })
  .get("/streams", () => streams)
  .get("/number", () => 42)
  .get("/text", () => "007")
  .get("/bytes", () => new Uint8Array([1, 2, 3]))
  .post(
    "/raw",
    async ({ request }) => ({
      type: request.headers.get("content-type"),
      text: await request.text(),
    }),
    { parse: "none" },
  )
  .delete("/books/:id", ({ status }) => status(204, undefined))
  .get("/imitation", ({ status }) =>
    status(429, { error: { code: "NOT_FOUND", message: "mine", details: {} }, request_id: "x" }),
  )
  .get("/denied", ({ status }) => status(401, { why: "the service's own reasons" }))
  // Fails as often as asked for each key, then tells how often it was asked.
  .get("/flaky", ({ query, headers }) => flaky(query, headers["idempotency-key"]), { query: Flaky })
  .post("/flaky", ({ query, headers }) => flaky(query, headers["idempotency-key"]), { query: Flaky })
  .get(
    "/slow",
    async ({ query }) => {
      await Bun.sleep(query.ms);
      return { waited: query.ms };
    },
    { query: t.Object({ ms: t.Number() }) },
  )
  .get(
    "/events",
    async function* ({ query }) {
      streams += 1;
      try {
        for (let number = 1; number <= query.count; number += 1) {
          yield sse({ id: number, event: "tick", data: { number, text: "grün\nüber zwei" } });
          await Bun.sleep(1);
        }
      } finally {
        streams -= 1;
      }
    },
    { query: t.Object({ count: t.Number() }) },
  )
  .get(
    "/ticks",
    async function* ({ query }) {
      for (const word of ["eins ", "zwei ", "drei "]) {
        yield word;
        await Bun.sleep(query.ms ?? 20);
      }
    },
    { query: t.Object({ ms: t.Optional(t.Number()) }) },
  )
  // One event, and then nothing for a long time.
  .get("/silent", async function* () {
    yield sse({ data: "first" });
    await Bun.sleep(60_000);
  })
  .get(
    "/raw",
    ({ query }) =>
      new Response(pieces(['{"a":1}\n{"b":"', 'ü"}\n']), {
        headers: { "content-type": query.type, "cache-control": "no-cache" },
      }),
    { query: t.Object({ type: t.String() }) },
  )
  // Events that are cut anywhere, in the middle of a character too.
  .get("/cut", () => {
    const text =
      ': hello\r\nid: a\r\nevent: wörter\r\ndata: {"a":\r\ndata:  "ü€😀"}\r\n\r\ndata: two\r\rretry: 10\ndata\n\ndata: cut off';
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream({
      async start(controller) {
        for (const byte of bytes) {
          controller.enqueue(new Uint8Array([byte]));
          await Bun.sleep(0);
        }
        controller.close();
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
  });

export type Library = typeof library;

function pieces(texts: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      for (const text of texts) {
        controller.enqueue(new TextEncoder().encode(text));
        await Bun.sleep(5);
      }
      controller.close();
    },
  });
}

function flaky({ key, failures, status, after }: typeof Flaky.static, idempotencyKey: string | undefined) {
  const attempt = (attempts.get(key) ?? 0) + 1;
  attempts.set(key, attempt);
  if (attempt <= failures)
    throw Response.json({ attempt }, { status, headers: after === undefined ? {} : { "retry-after": after } });
  return { attempt, idempotencyKey: idempotencyKey ?? null };
}

if (import.meta.main) {
  library.listen({ hostname: "127.0.0.1", port: Number(process.argv[2] ?? 0), reusePort: false, idleTimeout: 0 });
  process.stdout.write(`${library.server?.port}\n`);
  // The tests hold this end; when they are gone, nobody needs the service.
  process.stdin.on("end", () => process.exit(0));
  process.stdin.resume();
}
