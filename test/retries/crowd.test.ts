import { describe, expect, test } from "bun:test";
import type { Socket } from "node:net";
import { ok } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";
import { type Act, answerWith, openScene, type RetryScene } from "./scene.ts";

/** Instances that hold every request until told to answer. */
async function openHolding(count: number, environment: Readonly<Record<string, string>>) {
  const held: Socket[] = [];
  const hold: Act = (_request, socket) => void held.push(socket);
  const scene = await openScene(
    Array.from({ length: count }, () => hold),
    { environment },
  );
  return { scene, held, release: () => held.splice(0, 1)[0]?.write(ok()) };
}

const inFlight = ({ gateway }: RetryScene) => gateway.gateway.routes[0]?.target.instances.map((one) => one.inFlight);

describe("an instance with all the requests that it may have", () => {
  test("gets no more while another one has places", async () => {
    const { scene, held, release } = await openHolding(2, { MAX_REQUESTS_PER_INSTANCE: "3", QUEUE_LENGTH: "0" });
    await using _ = scene;
    const calls = Array.from({ length: 6 }, () => scene.call());
    await waitFor("all requests", () => held.length === 6);
    expect(scene.counts()).toEqual([3, 3]);
    for (let index = 0; index < 6; index += 1) release();
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    await waitFor("the end", () => inFlight(scene)?.every((count) => count === 0) === true);
  });

  test("and nobody in line: the next request is refused at once", async () => {
    const { scene, held, release } = await openHolding(1, { MAX_REQUESTS_PER_INSTANCE: "1", QUEUE_LENGTH: "0" });
    await using _ = scene;
    const first = scene.call();
    await waitFor("the first", () => held.length === 1);
    const startMs = performance.now();
    const refused = await scene.call();
    expect(performance.now() - startMs).toBeLessThan(1000);
    expect([refused.status, JSON.parse(refused.text).error, refused.headers.get("retry-after")]).toEqual([
      503,
      {
        code: "SERVICE_UNAVAILABLE",
        message: "The service has as many requests as it may have at once.",
        details: { service: "try_service", last_check: null },
      },
      "1",
    ]);
    release();
    expect((await first).status).toBe(200);
    expect(scene.counts()).toEqual([1]);
  });

  test("a refusal is none of its failures", async () => {
    const { scene, held } = await openHolding(1, { MAX_REQUESTS_PER_INSTANCE: "1", QUEUE_LENGTH: "0" });
    await using _ = scene;
    void scene.call().catch(() => {});
    await waitFor("the first", () => held.length === 1);
    for (let index = 0; index < 7; index += 1) await scene.call();
    expect(scene.gateway.gateway.routes[0]?.target.instances[0]?.ejection.failures).toBe(0);
  });
});

test("a service with all the requests that it may have gets no more, however many instances it has", async () => {
  const { scene, held, release } = await openHolding(3, { MAX_REQUESTS_PER_SERVICE: "2", QUEUE_LENGTH: "0" });
  await using _ = scene;
  const calls = [scene.call(), scene.call()];
  await waitFor("both", () => held.length === 2);
  expect((await scene.call()).status).toBe(503);
  release();
  release();
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200]);
});

describe("in the line", () => {
  const oneAtATime = { MAX_REQUESTS_PER_INSTANCE: "1", QUEUE_LENGTH: "3", QUEUE_MS: "20000" };

  test("who came first goes first, and who finds it full is refused", async () => {
    const { scene, held, release } = await openHolding(1, oneAtATime);
    await using _ = scene;
    const calls = [];
    for (const name of ["a", "b", "c", "d"]) {
      calls.push(scene.call({ headers: { "x-name": name } }));
      // The order in which requests are sent must be that in which they come.
      await Bun.sleep(60);
    }
    expect((await scene.call()).status).toBe(503);
    for (let done = 1; done <= 4; done += 1) {
      await waitFor("the next", () => held.length === 1);
      release();
    }
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(scene.upstreams[0]?.requests.map((request) => request.header("x-name"))).toEqual(["a", "b", "c", "d"]);
  });

  test("nobody stays longer than allowed", async () => {
    const { scene, held } = await openHolding(1, { ...oneAtATime, QUEUE_MS: "100" });
    await using _ = scene;
    void scene.call().catch(() => {});
    await waitFor("the first", () => held.length === 1);
    const startMs = performance.now();
    expect((await scene.call()).status).toBe(503);
    expect(performance.now() - startMs).toBeWithin(95, 3000);
  });

  test("a caller who leaves makes room for another, and is not sent", async () => {
    const { scene, held, release } = await openHolding(1, { ...oneAtATime, QUEUE_LENGTH: "1" });
    await using _ = scene;
    const first = scene.call();
    await waitFor("the first", () => held.length === 1);
    await expect(scene.call({ headers: { "x-name": "gone" }, signal: AbortSignal.timeout(100) })).rejects.toThrow();
    await waitFor("the log line", () => scene.gateway.lines.some(({ outcome }) => outcome === "client_gone"));
    const third = scene.call({ headers: { "x-name": "third" } });
    await Bun.sleep(50);
    release();
    await waitFor("the third", () => held.length === 1);
    release();
    expect([(await first).status, (await third).status]).toEqual([200, 200]);
    expect(scene.upstreams[0]?.requests.at(-1)?.header("x-name")).toBe("third");
    expect(scene.counts()).toEqual([2]);
  });
});

test("a try that has failed frees its place before the next one takes another", async () => {
  await using scene = await openScene([answerWith(503), answerWith(200)], {
    environment: { MAX_REQUESTS_PER_INSTANCE: "1", MAX_REQUESTS_PER_SERVICE: "1", QUEUE_LENGTH: "0" },
  });
  expect((await scene.call()).status).toBe(200);
  expect(scene.counts()).toEqual([1, 1]);
  await waitFor("the end", () => inFlight(scene)?.every((count) => count === 0) === true);
});
