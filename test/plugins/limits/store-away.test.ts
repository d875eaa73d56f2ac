import { expect, test } from "bun:test";
import { startRedis } from "../../support/redis.ts";
import { asAdmin } from "../../support/token.ts";
import { waitFor } from "../../support/wait-for.ts";
import { rule, startScene } from "./scene.ts";

test("a route that would rather refuse is 503 while nobody can count, and so is freeing a caller", async () => {
  const redis = await startRedis();
  const scene = await startScene({
    limits: { when_store_fails: "refuse", rules: [rule(1000)] },
    environment: { REDIS_URL: redis.url },
  });
  const free = () =>
    fetch(`${scene.gateway.url}/api/v1/rate-limits/00000000000000aa`, { method: "DELETE", headers: asAdmin() });
  try {
    expect((await scene.get()).status).toBe(200);
    expect((await free()).status).toBe(404);
    redis.pause();
    expect((await free()).status).toBe(503);
    await waitFor("a refusal", async () => (await scene.get()).status === 503);
    const refused = await scene.get();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(refused.headers.get("x-ratelimit-limit")).toBe("1000");
    // All of it is back later than Retry-After says: no time stands beside that one.
    expect(refused.headers.get("ratelimit")).toMatch(/^"few";r=\d+$/);
    redis.resume();
    await waitFor("an answer", async () => (await scene.get()).status === 200);
  } finally {
    redis.resume();
    await scene.stop();
    await redis.stop();
  }
});
