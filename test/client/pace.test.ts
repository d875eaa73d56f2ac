import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type ClientScene, openClientScene } from "./scene.ts";

setDefaultTimeout(20_000);

/** Ten a second, ten at once. */
const limits = { RATE_LIMIT_PER_SECOND: "10", RATE_LIMIT_BURST: "10" };
let scene: ClientScene;
/** Statuses as they came, those of calls that were made again included. */
let statuses: number[];

beforeAll(async () => {
  scene = await openClientScene(limits);
});
afterAll(() => scene.close());

function client(options: Parameters<ClientScene["client"]>[1] = {}) {
  statuses = [];
  return scene.client(undefined, {
    ...options,
    async fetch(url, init) {
      const answer = await fetch(url, init);
      statuses.push(answer.status);
      return answer;
    },
  });
}

const refusals = () => statuses.filter((status) => status === 429).length;

test("without pace the gateway's refusal is the answer, and tells how long to wait", async () => {
  const gateway = client();
  const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.open.number.get()));
  const error = answers.map(({ error }) => error).find((error) => error?.code === "RATE_LIMIT");
  if (error?.code !== "RATE_LIMIT") throw new Error("wanted a refusal");
  const { limit, burst, retry_after_ms } = error.details;
  expect([limit, burst, retry_after_ms > 0 && retry_after_ms <= 1000]).toEqual([10, 10, true]);
});

test("with pace thirty calls at once all pass, hardly any refused, in the time that the limit gives", async () => {
  const gateway = client({ pace: true });
  const startMs = performance.now();
  const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.open.number.get()));
  expect(answers.map(({ data }) => data)).toEqual(answers.map(() => 42));
  expect(refusals()).toBeLessThanOrEqual(2);
  // 20 beyond the burst at ten a second; what the tests before have left is less than a burst.
  expect(performance.now() - startMs).toBeGreaterThan(1900);
});

test("one that was refused all the same waits as long as it is told, a POST too", async () => {
  const others = client();
  await Promise.all(Array.from({ length: 20 }, () => others.open.number.get()));
  const gateway = client({ pace: true });
  expect((await gateway.open.books.post({ title: "Emma" })).status).toBe(201);
  expect(refusals()).toBe(1);
});

test("what would wait longer than maxWaitMs is answered by the gateway", async () => {
  const others = client();
  await Promise.all(Array.from({ length: 20 }, () => others.open.number.get()));
  const gateway = client({ pace: true, maxWaitMs: 1 });
  expect((await gateway.open.number.get()).error?.code).toBe("RATE_LIMIT");
});

test("waiting for room ends with the caller's signal", async () => {
  const gateway = client({ pace: true });
  const signal = AbortSignal.timeout(300);
  const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.open.number.get({ signal })));
  const codes = new Set(answers.map(({ error }) => error?.code));
  expect(codes).toContain("ABORTED");
  expect(codes).not.toContain("RATE_LIMIT");
});
