import { expect, test } from "bun:test";
import type { Principal } from "@isaas/gateway-sdk/plugin";
import { decodeJwt } from "jose";
import { createAssert } from "../../../plugins/auth/assertions.ts";
import { createManualClock } from "../../support/manual-clock.ts";
import { openOwnTokens } from "./tokens/open-own-tokens.ts";

const clock = createManualClock();
const open = openOwnTokens(clock);
const ada: Principal = { kind: "user", subject: "ada", scopes: ["read"] };

test("one word serves half a minute, for one caller with these scopes at one service", async () => {
  const assert = createAssert((await open()).issuer, clock);
  const first = await assert(ada, "a_service");
  clock.pass(29_000);
  expect(await assert({ ...ada, tokenId: "another" }, "a_service")).toBe(first);
  const others = await Promise.all([
    assert(ada, "b_service"),
    assert({ ...ada, scopes: [] }, "a_service"),
    assert({ ...ada, kind: "client" }, "a_service"),
  ]);
  expect(new Set([first, ...others]).size).toBe(4);
  clock.pass(1001);
  const next = await assert(ada, "a_service");
  expect(next).not.toBe(first);
  expect((decodeJwt(next).exp ?? 0) * 1000 - clock.now()).toBeGreaterThan(59_000);
});

test("what failed once is tried again", async () => {
  const { issuer } = await open();
  let failing = true;
  const flaky = Object.create(issuer) as typeof issuer;
  flaky.issueAssertion = (request) => (failing ? Promise.reject(new Error("no key")) : issuer.issueAssertion(request));
  const assert = createAssert(flaky, clock);
  await expect(assert(ada, "a_service")).rejects.toThrow("no key");
  failing = false;
  expect(decodeJwt(await assert(ada, "a_service")).sub).toBe("ada");
});
