import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type ClientScene, openClientScene } from "./scene.ts";

setDefaultTimeout(20_000);

let scene: ClientScene;
let gateway: ReturnType<ClientScene["client"]>;
beforeAll(async () => {
  scene = await openClientScene();
  gateway = scene.client();
});
afterAll(() => scene.close());

let keys = 0;
const flaky = (failures: number, status: number, after?: string) => ({
  query: { key: `${(keys += 1)}`, failures, status, ...(after === undefined ? {} : { after }) },
});

describe("a call is made again", () => {
  test.each([502, 503, 504])("after %d, twice at most", async (status) => {
    expect((await gateway.open.flaky.get(flaky(2, status))).data).toMatchObject({ attempt: 3 });
    const { error } = await gateway.open.flaky.get(flaky(3, status));
    expect<unknown[]>([error?.code, error?.status, error?.value]).toEqual(["SERVICE_ERROR", status, { attempt: 3 }]);
  });

  test("not after other statuses, and not with retries: 0", async () => {
    expect((await gateway.open.flaky.get(flaky(1, 500))).status).toBe(500);
    expect((await gateway.open.flaky.get(flaky(1, 429, "0"))).status).toBe(429);
    expect((await gateway.open.flaky.get({ ...flaky(1, 503), retries: 0 })).status).toBe(503);
  });

  test("a POST only with an Idempotency-Key, the same each time", async () => {
    expect((await gateway.open.flaky.post(undefined, flaky(1, 503))).status).toBe(503);
    const made = await gateway.open.flaky.post(undefined, { ...flaky(1, 503), idempotencyKey: true });
    expect(made.data).toEqual({ attempt: 2, idempotencyKey: expect.stringMatching(/^[\w-]{36}$/) });
    const given = await gateway.open.flaky.post(undefined, { ...flaky(2, 503), idempotencyKey: "order-7" });
    expect(given.data).toEqual({ attempt: 3, idempotencyKey: "order-7" });
  });

  test("not before Retry-After, and not at all when that is long", async () => {
    const startMs = performance.now();
    expect((await gateway.open.flaky.get(flaky(1, 503, "1"))).data).toMatchObject({ attempt: 2 });
    expect(performance.now() - startMs).toBeGreaterThan(990);
    expect((await gateway.open.flaky.get(flaky(1, 503, "6"))).status).toBe(503);
  });

  test("when the connection fails, and when the answer breaks off or is no JSON", async () => {
    const faults = ["refused", "cut", "garbled"];
    const client = scene.client(undefined, {
      async fetch(url, init) {
        const fault = faults.shift();
        if (fault === "refused") return fetch("http://127.0.0.1:1/", init);
        if (fault === undefined) return fetch(url, init);
        const body = new ReadableStream({
          start(controller) {
            controller.enqueue(new TextEncoder().encode('{"attempt'));
            if (fault === "cut") controller.error(new Error("cut"));
            else controller.close();
          },
        });
        return new Response(body, { headers: { "content-type": "application/json" } });
      },
    });
    expect((await client.open.flaky.get({ ...flaky(0, 503), retries: 3 })).data).toMatchObject({ attempt: 1 });
  });
});

describe("a call ends", () => {
  test("when its time is over, waits included", async () => {
    const slow = await gateway.open.slow.get({ query: { ms: 3000 }, timeoutMs: 50 });
    expect([slow.status, slow.error?.code, slow.error?.message]).toEqual([0, "TIMEOUT", "no answer within 50 ms"]);
    const waiting = await gateway.open.flaky.get({ ...flaky(1, 503, "4"), timeoutMs: 100 });
    expect(waiting.error?.code).toBe("TIMEOUT");
  });

  test("when its caller aborts: before, while it is answered, and while it waits", async () => {
    const aborted = { signal: AbortSignal.abort("changed my mind") };
    const { error } = await gateway.open.number.get(aborted);
    expect([error?.code, error?.cause]).toEqual(["ABORTED", "changed my mind"]);
    expect((await gateway.open.number.get({ fetch: aborted })).error?.code).toBe("ABORTED");
    const soon = () => ({ signal: AbortSignal.timeout(50) });
    expect((await gateway.open.slow.get({ query: { ms: 3000 }, ...soon() })).error?.code).toBe("ABORTED");
    expect((await gateway.open.flaky.get({ ...flaky(1, 503, "4"), ...soon() })).error?.code).toBe("ABORTED");
  });

  test("with all others when the client is closed", async () => {
    const client = scene.client();
    const calls = [client.open.slow.get({ query: { ms: 3000 } }), client.open.flaky.get(flaky(1, 503, "4"))];
    await Bun.sleep(50);
    await client.$close();
    expect((await Promise.all(calls)).map(({ error }) => error?.code)).toEqual(["ABORTED", "ABORTED"]);
  });
});

test("options that are no numbers from 0 are refused", async () => {
  expect(() => scene.client(undefined, { retries: -1 })).toThrow("retries: wanted a number from 0");
  await expect(gateway.open.number.get({ timeoutMs: Number.NaN })).rejects.toThrow("timeoutMs: wanted a number from 0");
});
