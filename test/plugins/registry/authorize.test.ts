import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Exchange, Principal } from "@isaas/gateway-sdk/plugin";
import { Authority, createLeaseToken } from "../../../plugins/registry/authorize.ts";
import { repository, withoutComments } from "../../support/source.ts";
import { toRecord } from "./parts.ts";
import { thrownBy } from "./thrown.ts";

const key = "k".repeat(32);
const own = createLeaseToken();
const older = createLeaseToken();
const strange = createLeaseToken();
const record = toRecord({ token_hashes: [own.hash, older.hash] });
const other = toRecord({ instance_id: "two", token_hashes: [strange.hash] });

/** As far as the registry looks at a request. */
function sent(authorization?: string, scopes?: readonly string[]): Exchange {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const principal: Principal | undefined = scopes === undefined ? undefined : { kind: "user", subject: "ada", scopes };
  const request = new Request("http://gateway/api/v1/services", { headers });
  const exchange: Pick<Exchange, "request" | "principal"> = { request, principal };
  return exchange as Exchange;
}

const authority = new Authority(key);

describe("with the registration key", () => {
  test.each(["Bearer", "bearer", "BEARER", "bEaReR"])("after %s, everything is allowed", (scheme) => {
    expect(() => authority.mayRegister(sent(`${scheme} ${key}`))).not.toThrow();
    expect(() => authority.mayRead(sent(`${scheme} ${key}`))).not.toThrow();
    expect(authority.mayChange(sent(`${scheme} ${key}`), record)).toBe(record);
  });

  test("several spaces after the scheme are one", () => {
    expect(() => authority.mayRegister(sent(`Bearer    ${key}`))).not.toThrow();
  });
});

describe("refused are", () => {
  test.each<[string, string]>([
    ["another key of the same length", `Bearer ${"k".repeat(31)}K`],
    ["a key that is longer", `Bearer ${key}k`],
    ["a key that is shorter", `Bearer ${key.slice(1)}`],
    ["the start of the key", "Bearer k"],
    ["the key in capitals", `Bearer ${key.toUpperCase()}`],
    ["the key's hash", `Bearer ${createHash("sha256").update(key).digest("hex")}`],
    ["the scheme alone", "Bearer"],
    ["the scheme and spaces", "Bearer    "],
    ["the key alone", key],
    ["another scheme", `Basic ${key}`],
    ["a scheme that only begins so", `BearerX ${key}`],
    ["the scheme twice", `Bearer Bearer ${key}`],
    ["a comma and more", `Bearer ${key}, Bearer ${key}`],
    ["two keys", `Bearer ${key} ${key}`],
    ["a tab for the space", `Bearer\t${key}`],
    ["no space", `Bearer${key}`],
    ["quotes", `Bearer "${key}"`],
    ["a word of megabytes", `Bearer ${"k".repeat(4_000_000)}`],
    ["undefined", "Bearer undefined"],
    ["nothing", ""],
  ])("%s", async (_, authorization) => {
    for (const ask of [
      () => authority.mayRegister(sent(authorization)),
      () => authority.mayRead(sent(authorization)),
      () => authority.mayChange(sent(authorization), record),
    ]) {
      const error = await thrownBy(ask);
      expect([error.code, error.status]).toEqual(["AUTH_ERROR", 401]);
      expect(error.details).toEqual({ reason: "bad_credentials" });
      expect(error.headers).toEqual({ "www-authenticate": 'Bearer realm="gateway", error="invalid_token"' });
    }
  });

  test("a caller without credentials, who is told of no error", async () => {
    for (const ask of [
      () => authority.mayRegister(sent()),
      () => authority.mayRead(sent()),
      () => authority.mayChange(sent(), record),
      () => authority.mayChange(sent(), undefined),
    ]) {
      const error = await thrownBy(ask);
      expect([error.code, error.details, error.headers]).toEqual([
        "AUTH_ERROR",
        { reason: "missing" },
        { "www-authenticate": 'Bearer realm="gateway"' },
      ]);
    }
  });

  test("everybody, where there is no key: neither `undefined` nor an empty token is one", async () => {
    const closed = new Authority(undefined);
    for (const authorization of ["Bearer undefined", "Bearer ", "Bearer null", `Bearer ${key}`]) {
      expect((await thrownBy(() => closed.mayRegister(sent(authorization)))).code).toBe("AUTH_ERROR");
    }
  });

  test("lease tokens, where somebody wants to register or read", async () => {
    expect((await thrownBy(() => authority.mayRegister(sent(`Bearer ${own.token}`)))).code).toBe("AUTH_ERROR");
    expect((await thrownBy(() => authority.mayRead(sent(`Bearer ${own.token}`)))).code).toBe("AUTH_ERROR");
  });
});

describe("an instance may be changed", () => {
  test("with each of its own lease tokens", () => {
    for (const { token } of [own, older]) expect(authority.mayChange(sent(`Bearer ${token}`), record)).toBe(record);
  });

  test("with no token of another instance, of the same service too", async () => {
    expect((await thrownBy(() => authority.mayChange(sent(`Bearer ${strange.token}`), record))).code).toBe(
      "AUTH_ERROR",
    );
    expect((await thrownBy(() => authority.mayChange(sent(`Bearer ${own.token}`), other))).code).toBe("AUTH_ERROR");
  });

  test("with no hash of its tokens, which the store could give away", async () => {
    expect((await thrownBy(() => authority.mayChange(sent(`Bearer ${own.hash}`), record))).code).toBe("AUTH_ERROR");
  });

  test("by nobody who is only known, whatever hash of nothing the store holds", async () => {
    const empty = toRecord({ token_hashes: [own.hash] });
    expect((await thrownBy(() => authority.mayChange(sent(undefined, ["read", "write"]), empty))).code).toBe(
      "INSUFFICIENT_SCOPE",
    );
  });

  test("when it is unknown, by nobody: whoever has any token hears that it has to register again", async () => {
    for (const exchange of [sent("Bearer whatever"), sent(`Bearer ${key}`), sent(undefined, ["read"])]) {
      expect((await thrownBy(() => authority.mayChange(exchange, undefined))).code).toBe("NOT_FOUND");
    }
  });
});

describe("the scope admin", () => {
  test("allows everything, without a token of the registry", () => {
    expect(() => authority.mayRegister(sent(undefined, ["read", "admin"]))).not.toThrow();
    expect(() => authority.mayRead(sent("Bearer other", ["admin"]))).not.toThrow();
    expect(authority.mayChange(sent(undefined, ["admin"]), record)).toBe(record);
  });

  test.each([[["read", "write"]], [["Admin"]], [["administrator"]], [["admin "]], [[]]])(
    "is not %j",
    async (scopes) => {
      expect((await thrownBy(() => authority.mayRegister(sent(undefined, scopes)))).code).toBe("INSUFFICIENT_SCOPE");
      expect((await thrownBy(() => authority.mayRead(sent(undefined, scopes)))).code).toBe("INSUFFICIENT_SCOPE");
    },
  );
});

describe("the scope service", () => {
  const client = (services?: readonly string[]): Exchange => {
    const exchange = sent("Bearer token", ["service"]);
    return { ...exchange, principal: { ...exchange.principal, services } } as Exchange;
  };

  test("lets a client register the services that it lists, and no other", async () => {
    expect(() => authority.mayRegister(client(["billing_service"]))).not.toThrow();
    expect(() => authority.mayRegisterAs(client(["billing_service"]), "billing_service")).not.toThrow();
    for (const services of [["billing"], ["other_service"], [], undefined]) {
      const error = await thrownBy(() => authority.mayRegisterAs(client(services), "billing_service"));
      expect([error.code, error.status]).toEqual(["INSUFFICIENT_SCOPE", 403]);
    }
  });

  test("is needed beside the list", async () => {
    const exchange = sent("Bearer token", ["read"]);
    const listed = { ...exchange, principal: { ...exchange.principal, services: ["billing_service"] } } as Exchange;
    expect((await thrownBy(() => authority.mayRegisterAs(listed, "billing_service"))).code).toBe("INSUFFICIENT_SCOPE");
  });

  test("reads nothing and changes nothing", async () => {
    expect((await thrownBy(() => authority.mayRead(client(["billing_service"])))).code).toBe("INSUFFICIENT_SCOPE");
    expect((await thrownBy(() => authority.mayChange(client(["billing_service"]), record))).code).toBe(
      "INSUFFICIENT_SCOPE",
    );
  });
});

test("a token that does not count is refused with its own reason", async () => {
  const expired = new GatewayError("AUTH_ERROR", { message: "expired", details: { reason: "expired" } });
  const exchange = { ...sent("Bearer a.b.c"), identityFailure: expired } as Exchange;
  expect(await thrownBy(() => authority.mayRead(exchange))).toBe(expired);
});

test("a lease token has 24 random bytes, and only its SHA-256 is kept", () => {
  const tokens = Array.from({ length: 1000 }, createLeaseToken);
  expect(new Set(tokens.map(({ token }) => token)).size).toBe(1000);
  for (const { token, hash } of tokens) {
    expect(token).toMatch(/^[\w-]{32}$/);
    expect(hash).toBe(createHash("sha256").update(token).digest("hex"));
  }
});

test("tokens are compared in one place, in constant time, as hashes", async () => {
  const code = withoutComments(await Bun.file(join(repository, "plugins/registry/authorize.ts")).text());
  expect(code.match(/timingSafeEqual\(/g)).toHaveLength(1);
  const compared = code.match(/[!=]==(?! undefined| true| "malformed")[^=].*/g) ?? [];
  expect(compared).toEqual([expect.stringContaining("b.length && timingSafeEqual(")]);
  expect(code).not.toMatch(/token_hashes\.(?:includes|indexOf|some|find)/);
});
