import { beforeAll, describe, expect, test } from "bun:test";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { createManualClock } from "../../../support/manual-clock.ts";
import { openOwnTokens } from "./open-own-tokens.ts";
import type { OwnTokens } from "./own-tokens.ts";
import { secret } from "./raw-token.ts";

const clock = createManualClock();
clock.pass(789);
const seconds = Math.floor(clock.now() / 1000);
const open = openOwnTokens(clock);

describe("an access token", () => {
  test("says what RFC 9068 wants, and whole seconds", async () => {
    const own = await open({ issuer: "https://gateway.example", audience: "api" });
    const issued = await own.issuer.issue({ kind: "user", subject: "ada", scopes: ["read", "write"], family: "f" });
    expect(decodeProtectedHeader(issued.token)).toEqual({ alg: "HS256", typ: "at+jwt" });
    expect(decodeJwt(issued.token)).toEqual({
      iss: "https://gateway.example",
      aud: "api",
      sub: "ada",
      scope: "read write",
      sid: "f",
      iat: seconds,
      nbf: seconds,
      exp: seconds + 1800,
      jti: issued.jti,
    });
    expect(issued.jti).toMatch(/^[\w-]{22}$/);
    expect(issued).toMatchObject({ expiresInSeconds: 1800, expiresAtMs: (seconds + 1800) * 1000 });
    const options = { currentDate: new Date(clock.now()), typ: "at+jwt" };
    await jwtVerify(issued.token, new TextEncoder().encode(secret), options);
  });

  test("leaves out what is not set, and never has an id twice", async () => {
    const own = await open({});
    const tokens = await Promise.all(
      Array.from({ length: 100 }, () => own.issuer.issue({ kind: "user", subject: "ada", scopes: [] })),
    );
    expect(Object.keys(decodeJwt(tokens[0]?.token ?? "")).sort()).toEqual(["exp", "iat", "jti", "nbf", "scope", "sub"]);
    expect(new Set(tokens.map(({ jti }) => jti)).size).toBe(100);
  });

  test("of a client comes back as a client's, with its services", async () => {
    const own = await open({});
    const { token } = await own.issuer.issue({
      kind: "client",
      subject: "billing",
      scopes: ["service"],
      services: ["a", "b"],
    });
    expect(decodeJwt(token)).toMatchObject({ sub: "billing", client_id: "billing", services: ["a", "b"] });
    const { principal } = await own.verifier.verify(token);
    expect(principal).toMatchObject({ kind: "client", subject: "billing", scopes: ["service"], services: ["a", "b"] });
  });
});

describe("an assertion", () => {
  let own: OwnTokens;
  beforeAll(async () => {
    own = await open({});
  });
  const request = { subject: "ada", scopes: ["read"], service: "context_service", requestId: "r-1" };

  test("is for one service and a minute, and verifies with the published keys", async () => {
    const assertion = await own.issuer.issueAssertion(request);
    const { payload, protectedHeader } = await jwtVerify(
      assertion,
      createLocalJWKSet({ keys: own.assertions.jwks() }),
      {
        audience: "context_service",
        issuer: "isaas-gateway",
        typ: "gateway-assertion+jwt",
        currentDate: new Date(clock.now()),
      },
    );
    expect(protectedHeader.alg).toBe("EdDSA");
    expect(payload).toMatchObject({ sub: "ada", scope: "read", txn: "r-1", iat: seconds, exp: seconds + 60 });
  });

  test("names the issuer of the settings", async () => {
    const named = await open({ issuer: "https://gateway.example" });
    expect(decodeJwt(await named.issuer.issueAssertion(request)).iss).toBe("https://gateway.example");
  });
});
