import { afterEach, describe, expect, test } from "bun:test";
import { rule, type Scene, type SceneOptions, startScene } from "./scene.ts";
import { parseStructuredList } from "./structured-list.ts";

let scene: Scene;
afterEach(() => scene.stop());
const start = async (options: SceneOptions): Promise<void> => void (scene = await startScene(options));

/** Both lists of an answer, by the rules' names. */
function listsOf({ headers }: Response) {
  return ["ratelimit-policy", "ratelimit"].map((name) => parseStructuredList(headers.get(name) ?? ""));
}

describe("every answer of a limited route says what is left", () => {
  test("by the old names and by the IETF's, well-formed", async () => {
    await start({ environment: { RATE_LIMIT_PER_SECOND: "10" } });
    const beforeSeconds = Date.now() / 1000;
    const answer = await scene.get();
    expect(answer.headers.get("x-ratelimit-limit")).toBe("20");
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("19");
    const reset = Number(answer.headers.get("x-ratelimit-reset"));
    expect(reset).toBeGreaterThanOrEqual(Math.floor(beforeSeconds));
    expect(reset).toBeLessThan(beforeSeconds + 10);
    expect(answer.headers.get("ratelimit-policy")).toBe('"caller";q=20;w=2');
    expect(answer.headers.get("ratelimit")).toBe('"caller";r=19;t=1');
  });

  test("of all rules in the lists, of the strictest in the others", async () => {
    await start({
      limits: { rules: [rule(9, { name: "wide" }), rule(3, { name: "narrow", per: ["address", "route"] })] },
    });
    const answer = await scene.get();
    expect(answer.headers.get("x-ratelimit-limit")).toBe("3");
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("2");
    const [policies, limits] = listsOf(answer);
    expect(policies).toEqual([
      { value: "wide", parameters: { q: 9, w: 9000 } },
      { value: "narrow", parameters: { q: 3, w: 3000 } },
    ]);
    expect(limits?.map(({ value, parameters: { r } }) => [value, r])).toEqual([
      ["wide", 8],
      ["narrow", 2],
    ]);
  });

  test("also when it is refused, and never promises too early", async () => {
    await start({ limits: { rules: [rule(3), rule(9, { name: "wide" })] } });
    await scene.burst(3);
    const refused = await scene.get();
    expect(refused.status).toBe(429);
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    const [, limits] = listsOf(refused);
    const retryAfter = Number(refused.headers.get("retry-after"));
    expect(limits).toEqual([
      { value: "few", parameters: { r: 0, t: retryAfter } },
      { value: "wide", parameters: { r: 6 } },
    ]);
  });

  test("also when the service cannot be reached", async () => {
    await start({ environment: { A_SERVICE_URL: "http://127.0.0.1:1" }, limits: { rules: [rule(5)] } });
    const answer = await scene.get();
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("4");
  });
});

describe("what a service says of its own limits", () => {
  const saying = (headers: Record<string, string>): Promise<void> =>
    start({ limits: { rules: [rule(20)] }, service: () => new Response("x", { headers }) });

  test("stays where it is stricter", async () => {
    await saying({ "x-ratelimit-limit": "7", "x-ratelimit-remaining": "3", "x-ratelimit-reset": "99" });
    const { headers } = await scene.get();
    const names = ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"];
    expect(names.map((name) => headers.get(name))).toEqual(["7", "3", "99"]);
  });

  test.each(["x-ratelimit-limit", "x-ratelimit-reset"])("stays without a malformed %s", async (name) => {
    await saying({ "x-ratelimit-remaining": "3", [name]: "soon, maybe" });
    const { headers } = await scene.get();
    expect(headers.get("x-ratelimit-remaining")).toBe("3");
    expect(headers.get(name)).toMatch(/^\d+$/);
  });

  test.each(["25", "a lot", "-5", ""])("gives way where it is looser, or no number: %j", async (remaining) => {
    await saying({ "x-ratelimit-limit": "100", "x-ratelimit-remaining": remaining });
    const { headers } = await scene.get();
    expect(headers.get("x-ratelimit-limit")).toBe("20");
    expect(headers.get("x-ratelimit-remaining")).toBe("19");
  });

  test("stands beside ours in the lists", async () => {
    await saying({ "ratelimit-policy": '"theirs";q=5;w=60;pk=:Zm9v:', ratelimit: '"theirs";r=1;t=30' });
    const { headers } = await scene.get();
    expect(headers.get("ratelimit-policy")).toBe('"few";q=20;w=20000, "theirs";q=5;w=60;pk=:Zm9v:');
    expect(headers.get("ratelimit")).toMatch(/^"few";r=19;t=\d+, "theirs";r=1;t=30$/);
  });

  test.each(["limit=5, remaining=1", '"open', '"a";r=1,', '"a";r=1;;'])(
    "is left out where it would break the list: %j",
    async (ratelimit) => {
      await saying({ ratelimit });
      expect((await scene.get()).headers.get("ratelimit")).toMatch(/^"few";r=19;t=\d+$/);
    },
  );
});
