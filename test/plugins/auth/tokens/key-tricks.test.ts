import { beforeAll, describe, expect, test } from "bun:test";
import { createSign, generateKeyPairSync } from "node:crypto";
import { exportSPKI, importJWK } from "jose";
import { trustIssuer } from "../../../../plugins/auth/tokens/trust.ts";
import { createManualClock } from "../../../support/manual-clock.ts";
import { faultOf } from "./faults.ts";
import { openOwnTokens } from "./open-own-tokens.ts";
import type { OwnTokens } from "./own-tokens.ts";
import { encode, tokenOf } from "./raw-token.ts";

const clock = createManualClock();
const now = clock.now() / 1000;
const head = { alg: "HS256", typ: "at+jwt" };
const claims = { sub: "ada", iat: now, nbf: now, exp: now + 600, jti: "j", scope: "read write" };
const open = openOwnTokens(clock);

describe.each(["RS256", "ES256", "EdDSA"] as const)("where keys of the gateway sign with %s", (algorithm) => {
  let own: OwnTokens;
  let token: string;
  let kid: string;
  beforeAll(async () => {
    own = await open({ algorithm });
    ({ token } = await own.issuer.issue({ kind: "user", subject: "ada", scopes: ["read"] }));
    kid = own.access.jwks()[0]?.kid ?? "";
  });
  const ends = (text: string): Promise<string> => faultOf(() => own.verifier.verify(text));
  const withHeader = (header: object): string => {
    const [, ...rest] = token.split(".");
    return [encode(JSON.stringify(header)), ...rest].join(".");
  };

  test("an issued token counts", async () => {
    expect(await ends(token)).toBe("counts");
  });

  test("the public key in any shape is no secret to sign HS256 with", async () => {
    const jwk = own.access.jwks()[0] ?? {};
    const key = await importJWK(jwk, algorithm);
    if (key instanceof Uint8Array) throw new Error("no public key");
    const pem = await exportSPKI(key);
    const shapes = [
      pem,
      pem.trim(),
      `${pem}\n`,
      JSON.stringify(jwk),
      jwk.x ?? jwk.n ?? "",
      Buffer.from(pem.split("\n").slice(1, -1).join(""), "base64"),
    ];
    for (const shape of shapes) {
      for (const header of [head, { ...head, kid }, { ...head, alg: algorithm, kid }]) {
        expect(await ends(tokenOf(header, claims, shape))).toBe("bad_signature");
      }
    }
  });

  test("the secret signs nothing", async () => {
    expect(await ends(tokenOf(head, claims))).toBe("bad_signature");
    expect(await ends(tokenOf({ ...head, kid }, claims))).toBe("bad_signature");
  });

  test("its kid is needed, and no other algorithm goes with it", async () => {
    const others = ["RS256", "PS256", "RS384", "ES256", "ES384", "EdDSA", "Ed25519", "none", "HS256"].filter(
      (alg) => alg !== algorithm,
    );
    for (const alg of others) expect(await ends(withHeader({ alg, typ: "at+jwt", kid }))).toBe("bad_signature");
    for (const name of [undefined, "", "k", "__proto__", `${kid} `]) {
      expect(await ends(withHeader({ alg: algorithm, typ: "at+jwt", kid: name }))).toBe("bad_signature");
    }
  });

  test("a stranger's key of the same kind is none, whatever kid it gives itself", async () => {
    const stranger = await open({ algorithm });
    const { token: strange } = await stranger.issuer.issue({ kind: "user", subject: "ada", scopes: ["admin"] });
    const [, payload = "", signature = ""] = strange.split(".");
    expect(await ends(strange)).toBe("bad_signature");
    expect(
      await ends(`${encode(JSON.stringify({ alg: algorithm, typ: "at+jwt", kid }))}.${payload}.${signature}`),
    ).toBe("bad_signature");
  });

  test("signatures of nothing, of zeros and of ones are refused", async () => {
    const signed = token.slice(0, token.lastIndexOf("."));
    for (const length of [0, 1, 32, 64, 70, 96, 256]) {
      for (const byte of [0, 1, 255]) {
        expect(await ends(`${signed}.${encode(new Uint8Array(length).fill(byte))}`)).toBe("bad_signature");
      }
    }
  });

  test("an assertion is no access token", async () => {
    const assertion = await own.issuer.issueAssertion({
      subject: "ada",
      scopes: ["admin"],
      service: "context_service",
      requestId: "r",
    });
    expect(await ends(assertion)).toBe("bad_signature");
  });
});

test("an ES256 signature in DER is refused, though it is one of the same key", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = await importJWK(publicKey.export({ format: "jwk" }), "ES256");
  const other = trustIssuer({ issuer: "other", scopes: [] }, { find: () => key }, undefined);
  const own = await open({ issuer: "gateway", others: [other] });
  const signed = `${encode(JSON.stringify({ alg: "ES256", kid: "k" }))}.${encode(JSON.stringify({ ...claims, iss: "other" }))}`;
  const sign = (dsaEncoding: "der" | "ieee-p1363") =>
    `${signed}.${createSign("sha256").update(signed).sign({ key: privateKey, dsaEncoding }, "base64url")}`;
  expect(await faultOf(() => own.verifier.verify(sign("ieee-p1363")))).toBe("counts");
  expect(await faultOf(() => own.verifier.verify(sign("der")))).toBe("bad_signature");
});

test("an assertion is none either where its issuer is that of access tokens and both are signed with EdDSA", async () => {
  const own = await open({ algorithm: "EdDSA", issuer: "https://gateway.example" });
  const assertion = await own.issuer.issueAssertion({ subject: "ada", scopes: ["read"], service: "s", requestId: "r" });
  expect(await faultOf(() => own.verifier.verify(assertion))).toBe("bad_signature");
});
