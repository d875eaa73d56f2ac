import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { trustIssuer, trustOwn } from "../../../../plugins/auth/tokens/trust.ts";
import { SharedSecret } from "../../../../plugins/auth/tokens/shared-secret.ts";
import type { VerifyingKeys } from "../../../../plugins/auth/tokens/token-keys.ts";
import { Verifier } from "../../../../plugins/auth/tokens/verifier.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { faultOf } from "./faults.ts";
import { secret, tokenOf } from "./raw-token.ts";

function create() {
  const clock = createManualClock();
  const own = new SharedSecret(secret);
  let asked = 0;
  const keys: VerifyingKeys = {
    find(alg, kid) {
      asked += 1;
      return own.find(alg, kid);
    },
  };
  const verifier = new Verifier({
    trusted: [trustOwn(keys, undefined, undefined)],
    revocations: { isRevoked: () => false },
    clock,
  });
  const token = tokenOf({ alg: "HS256", typ: "at+jwt" }, { sub: "ada", exp: clock.now() / 1000 + 60 });
  return { clock, verifier, token, asked: () => asked };
}

describe("a token", () => {
  test("is verified once for all who wait, and known after that", async () => {
    const { verifier, token, asked } = create();
    const all = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)));
    expect(new Set(all).size).toBe(1);
    const known = verifier.verify(token);
    expect(known).not.toBeInstanceOf(Promise);
    expect(known).toBe(all[0] as typeof known);
    expect(asked()).toBe(1);
  });

  test("ends with its time also when it is known", async () => {
    const { verifier, token, clock } = create();
    await verifier.verify(token);
    clock.pass(89_999);
    expect(await faultOf(() => verifier.verify(token))).toBe("counts");
    clock.pass(1);
    expect(await faultOf(() => verifier.verify(token))).toBe("expired");
    expect(await faultOf(() => verifier.verify(token))).toBe("expired");
  });

  test("is forgotten on demand, also one that is being verified", async () => {
    const { verifier, token, asked } = create();
    await verifier.verify(token);
    verifier.forget();
    const pending = verifier.verify(token);
    expect(pending).toBeInstanceOf(Promise);
    verifier.forget();
    await pending;
    expect(verifier.verify(token)).toBeInstanceOf(Promise);
    expect(asked()).toBe(3);
  });

  test("that does not count is verified anew each time", async () => {
    const { verifier, token, asked } = create();
    const bad = `${token.slice(0, -43)}${"A".repeat(43)}`;
    for (let round = 0; round < 3; round += 1) {
      expect(await faultOf(() => verifier.verify(bad))).toBe("bad_signature");
    }
    expect(asked()).toBe(3);
  });
});

test("two trusted issuers of one name are refused", () => {
  const keys = new SharedSecret(secret);
  const trusted = [trustOwn(keys, "a", undefined), trustIssuer({ issuer: "a", scopes: [] }, keys, undefined)];
  const revocations = { isRevoked: () => false };
  expect(() => new Verifier({ trusted, revocations, clock: createManualClock() })).toThrow(RangeError);
});

test("100,000 known tokens take less than 60 MiB, each costs less than 2 us, and one more pushes the oldest out", async () => {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "many-tokens.ts")], { stderr: "inherit" });
  const result = JSON.parse(await new Response(child.stdout).text()) as Record<string, unknown>;
  expect(result).toMatchObject({ isFirstKnown: true, isFirstForgotten: true });
  expect(result["grownMib"]).toBeLessThan(60);
  expect(result["bestUs"]).toBeLessThan(2);
}, 60_000);
