import { beforeAll, describe, expect, test } from "bun:test";
import { createManualClock } from "../../../support/manual-clock.ts";
import { createRandom, pick } from "../../../support/random.ts";
import { faultOf } from "./faults.ts";
import { openOwnTokens } from "./open-own-tokens.ts";
import type { OwnTokens } from "./own-tokens.ts";
import { encode, rawToken, tokenOf } from "./raw-token.ts";

const clock = createManualClock();
const now = clock.now() / 1000;
const head = { alg: "HS256", typ: "at+jwt" };
const claims = { sub: "ada", iat: now, nbf: now, exp: now + 600, jti: "j", scope: "read write" };

const open = openOwnTokens(clock);

describe("a token signed with the secret", () => {
  let own: OwnTokens;
  beforeAll(async () => {
    own = await open();
  });
  const ends = (token: string): Promise<string> => faultOf(() => own.verifier.verify(token));

  test("counts, and says for whom", async () => {
    const verified = await own.verifier.verify(tokenOf(head, { ...claims, sid: "f" }));
    expect(verified).toEqual({
      principal: {
        kind: "user",
        subject: "ada",
        scopes: ["read", "write"],
        expiresAtMs: (now + 600) * 1000,
        tokenId: "j",
      },
      jti: "j",
      family: "f",
    });
  });

  const cases: readonly (readonly [name: string, token: string, fault: string])[] = [
    ...["none", "None", "nOnE", "NONE", "", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA"].flatMap((alg) => [
      [
        `alg "${alg}" without a signature`,
        `${encode(JSON.stringify({ ...head, alg }))}.${encode(JSON.stringify(claims))}.`,
        "bad_signature",
      ] as const,
      [`alg "${alg}" signed with the secret`, tokenOf({ ...head, alg }, claims), "bad_signature"] as const,
    ]),
    ["no signature", `${tokenOf(head, claims).split(".").slice(0, 2).join(".")}.`, "bad_signature"],
    [
      "a signature of zeros",
      `${tokenOf(head, claims).split(".").slice(0, 2).join(".")}.${encode(new Uint8Array(32))}`,
      "bad_signature",
    ],
    ["half a signature", tokenOf(head, claims).slice(0, -23), "bad_signature"],
    ["another's signature", tokenOf(head, claims, "another secret"), "bad_signature"],
    ["an empty key's signature", tokenOf(head, claims, ""), "bad_signature"],
    [
      "another payload under a good signature",
      swapPayload(tokenOf(head, claims), { ...claims, scope: "admin" }),
      "bad_signature",
    ],
    ...["../../dev/null", "' OR 1=1 --", "__proto__", "constructor", "", "k"].map(
      (kid) => [`kid ${kid}`, tokenOf({ ...head, kid }, claims), "bad_signature"] as const,
    ),
    ["no type", tokenOf({ alg: "HS256" }, claims), "counts"],
    ["type JWT", tokenOf({ ...head, typ: "JWT" }, claims), "counts"],
    ["the type of an ID token", tokenOf({ ...head, typ: "id+jwt" }, claims), "malformed"],
    ["an empty type", tokenOf({ ...head, typ: "" }, claims), "malformed"],
    ["the type of an assertion", tokenOf({ ...head, typ: "gateway-assertion+jwt" }, claims), "malformed"],
    ["its type in full and in capitals", tokenOf({ ...head, typ: "APPLICATION/AT+JWT" }, claims), "counts"],
    ["no exp", tokenOf(head, { ...claims, exp: undefined }), "malformed"],
    ["exp null", tokenOf(head, { ...claims, exp: null }), "malformed"],
    ["exp as a text", tokenOf(head, { ...claims, exp: String(now + 600) }), "malformed"],
    ["exp NaN", rawToken(JSON.stringify(head), `{"sub":"ada","exp":NaN}`), "malformed"],
    ["exp beyond all numbers", rawToken(JSON.stringify(head), `{"sub":"ada","exp":1e999}`), "malformed"],
    ["exp 2^53", tokenOf(head, { ...claims, exp: 2 ** 53 }), "malformed"],
    ["exp with a fraction", tokenOf(head, { ...claims, exp: now + 0.5 }), "counts"],
    ["exp 29 s ago", tokenOf(head, { ...claims, exp: now - 29 }), "counts"],
    ["exp 30 s ago", tokenOf(head, { ...claims, exp: now - 30 }), "expired"],
    ["exp before 1970", tokenOf(head, { ...claims, exp: -1 }), "expired"],
    ["nbf in 30 s", tokenOf(head, { ...claims, nbf: now + 30 }), "counts"],
    ["nbf in 31 s", tokenOf(head, { ...claims, nbf: now + 31 }), "not_yet_valid"],
    ["nbf as a text", tokenOf(head, { ...claims, nbf: "0" }), "malformed"],
    ["iat in 31 s", tokenOf(head, { ...claims, iat: now + 31 }), "not_yet_valid"],
    ["iat as a list", tokenOf(head, { ...claims, iat: [now] }), "malformed"],
    ["neither nbf nor iat", tokenOf(head, { ...claims, nbf: undefined, iat: undefined }), "counts"],
    ["no sub", tokenOf(head, { ...claims, sub: undefined }), "malformed"],
    ["an empty sub", tokenOf(head, { ...claims, sub: "" }), "malformed"],
    ["a sub that is an object", tokenOf(head, { ...claims, sub: { toString: "ada" } }), "malformed"],
    ["a line's end in sub", tokenOf(head, { ...claims, sub: "ada\r\nx-admin: 1" }), "malformed"],
    ["half a surrogate pair in sub", tokenOf(head, { ...claims, sub: "a\ud800" }), "malformed"],
    ["half a surrogate pair in jti", tokenOf(head, { ...claims, jti: "\udc00" }), "malformed"],
    ["a sub of 257 characters", tokenOf(head, { ...claims, sub: "a".repeat(257) }), "malformed"],
    ["jti as a number", tokenOf(head, { ...claims, jti: 7 }), "malformed"],
    ["sid as a list", tokenOf(head, { ...claims, sid: ["f"] }), "malformed"],
    ["iss where none is set", tokenOf(head, { ...claims, iss: "https://issuer.example" }), "counts"],
    ["iss as a list", tokenOf(head, { ...claims, iss: ["a"] }), "malformed"],
    ["iss null", tokenOf(head, { ...claims, iss: null }), "malformed"],
    ["aud as a number", tokenOf(head, { ...claims, aud: 1 }), "malformed"],
    ["aud where none is asked for", tokenOf(head, { ...claims, aud: ["a", "b"] }), "counts"],
    ["scope as a number", tokenOf(head, { ...claims, scope: 1 }), "malformed"],
    ["scope as an object", tokenOf(head, { ...claims, scope: { admin: true } }), "malformed"],
    ["scope null", tokenOf(head, { ...claims, scope: null, scp: 1 }), "malformed"],
    ["two spaces between scopes", tokenOf(head, { ...claims, scope: "read  admin" }), "malformed"],
    ["a tab between scopes", tokenOf(head, { ...claims, scope: "read\tadmin" }), "malformed"],
    ["a scope list with lists in it", tokenOf(head, { ...claims, scope: [["admin"]] }), "malformed"],
    ["a scope list with two scopes in a text", tokenOf(head, { ...claims, scope: ["read admin"] }), "malformed"],
  ];
  test.each(cases)("%s", async (_, token, fault) => {
    expect(await ends(token)).toBe(fault);
    // A good token between, and once more: what was refused is refused again.
    expect(await ends(tokenOf(head, claims))).toBe("counts");
    expect(await ends(token)).toBe(fault);
  });

  test.each([
    ["scope as a text", { scope: "read write" }, ["read", "write"]],
    ["scope as a list", { scope: ["read", "write"] }, ["read", "write"]],
    ["scp as a text", { scp: "read write" }, ["read", "write"]],
    ["scp as a list", { scp: ["read", "write"] }, ["read", "write"]],
    ["a scope twice", { scope: "read read" }, ["read"]],
    ["admin:* is not admin", { scope: "admin:* administrator Admin" }, ["admin:*", "administrator", "Admin"]],
    ["no scope", { scope: "" }, []],
    ["neither", {}, []],
  ])("%s", async (_, scopes, expected) => {
    const verified = await own.verifier.verify(tokenOf(head, { ...claims, scope: undefined, ...scopes }));
    expect(verified.principal.scopes).toEqual(expected);
  });

  test("claims of any type end as a fault or count, never otherwise", async () => {
    const random = createRandom(22);
    const odd = [
      null,
      true,
      0,
      -1,
      1e308,
      now + 600,
      "",
      "read",
      "\0",
      [],
      [null],
      ["a", ["b"]],
      {},
      { a: 1 },
    ] as const;
    const names = [
      "iss",
      "sub",
      "aud",
      "exp",
      "nbf",
      "iat",
      "jti",
      "scope",
      "scp",
      "sid",
      "client_id",
      "services",
    ] as const;
    for (let round = 0; round < 3000; round += 1) {
      const changed = Object.fromEntries(
        [1, 2].map(() => [pick(random, [...names]), odd[Math.floor(random() * odd.length)]]),
      );
      const fault = await ends(tokenOf(head, { ...claims, ...changed }));
      expect(fault).toMatch(/^(?:counts|malformed|expired|not_yet_valid|wrong_issuer)$/);
    }
  });

  test("an error never holds any of the token's text", async () => {
    const token = tokenOf(head, { ...claims, sub: 1 });
    const error: unknown = await Promise.resolve(own.verifier.verify(token)).catch((reason: unknown) => reason);
    expect(Bun.inspect(error)).not.toContain(token.slice(0, 20));
  });
});

describe("where issuer and audience are set", () => {
  let own: OwnTokens;
  beforeAll(async () => {
    own = await open({ issuer: "https://gateway.example", audience: "https://api.example" });
  });
  const both = { ...claims, iss: "https://gateway.example", aud: "https://api.example" };

  test.each([
    ["both as set", both, "counts"],
    ["aud in a list", { ...both, aud: ["x", "https://api.example"] }, "counts"],
    ["no iss", { ...both, iss: undefined }, "wrong_issuer"],
    ["the beginning of iss", { ...both, iss: "https://gateway" }, "wrong_issuer"],
    ["more than iss", { ...both, iss: "https://gateway.example.evil.example" }, "wrong_issuer"],
    ["iss in capitals", { ...both, iss: "HTTPS://GATEWAY.EXAMPLE" }, "wrong_issuer"],
    ["no aud", { ...both, aud: undefined }, "wrong_audience"],
    ["another aud", { ...both, aud: "https://api" }, "wrong_audience"],
    ["aud inside of a longer one", { ...both, aud: ["https://api.example.evil.example"] }, "wrong_audience"],
    ["an empty list", { ...both, aud: [] }, "wrong_audience"],
  ])("%s", async (_, payload, fault) => {
    expect(await faultOf(() => own.verifier.verify(tokenOf(head, payload)))).toBe(fault);
  });
});

function swapPayload(token: string, payload: object): string {
  const [header = "", , signature = ""] = token.split(".");
  return `${header}.${encode(JSON.stringify(payload))}.${signature}`;
}
