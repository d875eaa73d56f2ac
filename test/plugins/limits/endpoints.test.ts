import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { asAdmin } from "../../support/token.ts";
import { bearer, rule, type Scene, startScene } from "./scene.ts";

interface Listing {
  readonly mode: string;
  readonly shadow: boolean;
  readonly store: { readonly kind: string; readonly state: string };
  readonly rules: readonly object[];
  readonly busiest: readonly {
    readonly key: string;
    readonly rule: string | null;
    readonly used: number;
    readonly full_at: string;
  }[];
}

const path = "/api/v1/rate-limits";
let scene: Scene;
beforeEach(async () => {
  scene = await startScene({ route: { auth_required: true }, limits: { rules: [rule(4)] } });
});
afterEach(() => scene.stop());

const list = async (): Promise<Listing> => (await (await scene.get(path, asAdmin())).json()) as Listing;

describe("GET /rate-limits", () => {
  test("tells an admin the mode, the store, the rules and the busiest", async () => {
    await scene.burst(3, bearer("olga"));
    await scene.burst(1, bearer("ben"));
    const listing = await list();
    expect(listing).toMatchObject({
      mode: "exact",
      shadow: false,
      store: { kind: "embedded", state: "available" },
      rules: [
        { name: "caller", per_second: 1, burst: 20, per: ["caller"] },
        { name: "few", per_second: 0.001, burst: 4, per: ["caller"], services: ["a_service"] },
      ],
    });
    expect(listing.busiest.map(({ rule, used }) => [rule, used])).toEqual([
      ["few", 0.75],
      ["few", 0.25],
    ]);
    expect(listing.busiest[0]?.key).toMatch(/^[0-9a-f]{16}$/);
    expect(Date.parse(listing.busiest[0]?.full_at ?? "")).toBeGreaterThan(Date.now() + 2_000_000);
    expect(JSON.stringify(listing)).not.toContain("olga");
  });

  test("is for admins alone", async () => {
    expect((await scene.get(path)).status).toBe(401);
    expect((await scene.get(path, bearer("ada"))).status).toBe(403);
    expect((await scene.get(`${path}/0123456789abcdef`, bearer("ada"), "DELETE")).status).toBe(403);
    expect((await scene.get(`${path}/0123456789abcdef`, {}, "DELETE")).status).toBe(401);
  });
});

describe("DELETE /rate-limits/{key}", () => {
  test("frees one caller, and says when there was nothing to free", async () => {
    expect(await scene.burst(5, bearer("ada"))).toEqual({ 200: 4, 429: 1 });
    expect(await scene.burst(5, bearer("ben"))).toEqual({ 200: 4, 429: 1 });
    const { busiest } = await list();
    const key = busiest[0]?.key ?? "";
    expect((await scene.get(`${path}/${key}`, asAdmin(), "DELETE")).status).toBe(204);
    expect((await scene.get(`${path}/${key}`, asAdmin(), "DELETE")).status).toBe(404);
    const passed = [await scene.burst(4, bearer("ada")), await scene.burst(4, bearer("ben"))];
    expect(passed).toContainEqual({ 200: 4 });
    expect(passed).toContainEqual({ 429: 4 });
  });

  test("refuses what is no key, without repeating it", async () => {
    const answer = await scene.get(`${path}/someone`, asAdmin(), "DELETE");
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain("someone");
  });
});
