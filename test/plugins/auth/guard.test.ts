import { describe, expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange, Principal } from "@isaas/gateway-sdk/plugin";
import { type Assert, createGuard, createIntroduction, createOpenDoor } from "../../../plugins/auth/guard.ts";
import type { Identify } from "../../../plugins/auth/identity.ts";
import { thrownBy } from "../registry/thrown.ts";
import { newExchange, route } from "./exchanges.ts";

const ben: Principal = { kind: "user", subject: "ben", scopes: ["read"] };
const silent = { forward_token: false, assertion: false };
const noAssert: Assert = () => {
  throw new Error("nobody asked for an assertion");
};

/** Counts who gets through. */
function door() {
  const passed: Exchange[] = [];
  const next = (exchange: Exchange): Response => {
    passed.push(exchange);
    return new Response("passed");
  };
  return { passed, next };
}

describe("a guard", () => {
  const ask = async (identify: Identify, method = "GET", options = silent, assert = noAssert) => {
    const { passed, next } = door();
    const made = newExchange({ authorization: "Bearer t" }, method);
    const run = async () => createGuard(route, options, identify, assert)(next)(made.exchange);
    return { ...made, passed, run };
  };

  test.each([
    ["known at once", (() => ben) as Identify],
    ["known later", (() => Promise.resolve(ben)) as Identify],
  ])("lets pass who is %s, and the service learns who it is", async (_, identify) => {
    const { run, passed, exchange, upstream } = await ask(identify);
    expect(await (await run()).text()).toBe("passed");
    expect(passed).toEqual([exchange]);
    expect(exchange.principal).toBe(ben);
    expect(upstream).toEqual({
      "x-authenticated-user": "ben",
      "x-authenticated-scopes": "read",
      authorization: undefined,
    });
  });

  test("stops nobody in particular, and who lacks a scope", async () => {
    const nobody = await ask(() => undefined);
    expect((await thrownBy(nobody.run)).details).toEqual({ reason: "missing" });
    const writing = await ask(() => ben, "POST");
    expect((await thrownBy(writing.run)).details).toEqual({ required_scopes: ["write"] });
    expect([...nobody.passed, ...writing.passed]).toEqual([]);
    expect(writing.upstream).toEqual({});
  });

  test("sends an assertion for its own service, and nothing when there is none to be had", async () => {
    const options = { ...silent, assertion: true };
    const good = await ask(
      () => ben,
      "GET",
      options,
      async ({ subject }, service) => `${subject} at ${service}`,
    );
    await good.run();
    expect(good.upstream["x-authenticated-assertion"]).toBe("ben at echo_service");
    const failing = await ask(
      () => ben,
      "GET",
      options,
      () => Promise.reject(new Error("no key")),
    );
    await expect(failing.run()).rejects.toThrow("no key");
    expect(failing.passed).toEqual([]);
  });
});

test("an open door asks nobody, and keeps credentials here unless the route says so", async () => {
  const sent = { authorization: "Bearer t", "x-api-key": "k" };
  for (const [forward, hidden] of [
    [false, { authorization: undefined, "x-api-key": undefined }],
    [true, { "x-api-key": undefined }],
  ] as const) {
    const { passed, next } = door();
    const { exchange, upstream } = newExchange(sent);
    await createOpenDoor({ ...silent, forward_token: forward })(next)(exchange);
    expect(passed).toEqual([exchange]);
    expect(upstream).toEqual(hidden);
    expect(Object.keys(upstream).sort()).toEqual(Object.keys(hidden).sort());
  }
});

describe("an introduction", () => {
  const introduce = async (identify: Identify) => {
    const { passed, next } = door();
    const { exchange } = newExchange();
    await createIntroduction(identify)(next)(exchange);
    expect(passed).toEqual([exchange]);
    return exchange;
  };

  test("tells the endpoint who it is, or why nobody knows, and stops no one", async () => {
    expect((await introduce(() => Promise.resolve(ben))).principal).toBe(ben);
    const failure = new GatewayError("AUTH_ERROR", { message: "no", details: { reason: "expired" } });
    const exchange = await introduce(() => Promise.reject(failure));
    expect([exchange.principal, exchange.identityFailure]).toEqual([undefined, failure]);
  });

  test("hides no bug", async () => {
    await expect(introduce(() => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
  });
});
