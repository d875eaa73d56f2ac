import { expect, test } from "bun:test";
import { exportSPKI, importJWK, type JWK, SignJWT } from "jose";
import { createRegistryClient } from "../support/registry-client.ts";
import { algorithms, issuerName, openIssuerScene } from "./issuer-scene.ts";
import { ada, newAccounts } from "./shared-accounts.ts";

test.concurrent(
  "tokens of every asymmetric algorithm count, and those of others and of ours beside them",
  async () => {
    const users = await newAccounts();
    await using scene = await openIssuerScene({}, { USERS_FILE: users.path });
    const { client, token } = scene;
    for (const alg of algorithms) {
      const me = await client.me(await token({}, alg));
      expect([me.status, me.body.username, me.body.scopes]).toEqual([200, "eve", ["read"]]);
    }
    const { access_token: own } = await client.logIn(ada.username, ada.password);
    expect((await client.me(own)).body.email).toBe("ada@example.org");
    users.remove();
  },
  20_000,
);

test.concurrent(
  "an algorithm that the settings do not list is refused",
  async () => {
    await using scene = await openIssuerScene({ algorithms: ["EdDSA"] });
    const { client, token } = scene;
    expect((await client.me(await token({}, "EdDSA"))).status).toBe(200);
    for (const alg of ["RS256", "PS256", "ES256"]) {
      expect((await client.me(await token({}, alg))).error?.details.reason).toBe("bad_signature");
    }
  },
  20_000,
);

test.concurrent(
  "scopes are cut to those that are listed: admin and service too, and no word counts for its part",
  async () => {
    await using scene = await openIssuerScene();
    await using listed = await openIssuerScene({ scopes: ["read", "admin", "service"] });
    const all = { scope: "read write admin service readers" };
    expect((await scene.client.me(await scene.token(all))).body.scopes).toEqual(["read", "write"]);
    expect((await listed.client.me(await listed.token(all))).body.scopes).toEqual(["read", "admin", "service"]);
    for (const claims of [{ scope: undefined, scp: ["admin", "read"] }, { scope: ["read", "admin"] }]) {
      expect((await scene.client.me(await scene.token(claims))).body.scopes).toEqual(["read"]);
    }
    const registry = createRegistryClient(scene.gateway);
    expect((await registry.list(await scene.token(all))).status).toBe(403);
    expect((await createRegistryClient(listed.gateway).list(await listed.token(all))).status).toBe(200);
  },
  20_000,
);

test.concurrent(
  "a token for another audience, of another issuer, or over, says so",
  async () => {
    await using scene = await openIssuerScene({ audience: "gateway" }, { JWT_ISSUER: "https://gateway.example.org" });
    const { client, token } = scene;
    const reasonOf = async (claims: object): Promise<string | undefined> =>
      (await client.me(await token(claims))).error?.details.reason;
    expect(await reasonOf({ aud: "gateway" })).toBeUndefined();
    expect(await reasonOf({ aud: ["other", "gateway"] })).toBeUndefined();
    expect(await reasonOf({})).toBe("wrong_audience");
    expect(await reasonOf({ aud: "gateway2" })).toBe("wrong_audience");
    const seconds = Math.floor(Date.now() / 1000);
    expect(await reasonOf({ aud: "gateway", exp: seconds - 60 })).toBe("expired");
    expect(await reasonOf({ aud: "gateway", nbf: seconds + 90 })).toBe("not_yet_valid");
    expect(await reasonOf({ aud: "gateway", exp: undefined })).toBe("malformed");
    expect(await reasonOf({ aud: "gateway", iss: `${issuerName}/` })).toBe("wrong_issuer");
    expect(await reasonOf({ aud: "gateway", iss: undefined })).toBe("wrong_issuer");
    // Its key is not ours.
    expect(await reasonOf({ aud: "gateway", iss: "https://gateway.example.org" })).toBe("bad_signature");
  },
  20_000,
);

test.concurrent(
  "a public key is no secret to sign with, whatever it is written as",
  async () => {
    await using scene = await openIssuerScene();
    const { keys } = (await (await fetch(`${scene.issuer.url}/jwks.json`)).json()) as { keys: JWK[] };
    const jwk = keys.find(({ kid }) => kid === "RS256");
    const key = await importJWK(jwk ?? {}, "RS256");
    if (key instanceof Uint8Array) throw new TypeError("wanted a public key");
    const pem = await exportSPKI(key);
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    const secrets = [pem, pem.trimEnd(), der, JSON.stringify(jwk), Buffer.from(jwk?.n ?? "", "base64url")];
    for (const secret of secrets) {
      for (const kid of ["RS256", undefined]) {
        const forged = await new SignJWT({ scope: "read", iss: issuerName })
          .setProtectedHeader({ alg: "HS256", ...(kid === undefined ? {} : { kid }) })
          .setSubject("eve")
          .setExpirationTime("5m")
          .sign(typeof secret === "string" ? new TextEncoder().encode(secret) : secret);
        expect((await scene.client.me(forged)).error?.details.reason).toBe("bad_signature");
      }
    }
  },
  20_000,
);

test.concurrent(
  "somebody of the same name is not our user: nothing of the one is told to the other",
  async () => {
    const users = await newAccounts();
    await using scene = await openIssuerScene({ scopes: ["read"] }, { USERS_FILE: users.path });
    const { client, token } = scene;
    const { access_token: own, refresh_token: refreshToken } = await client.logIn(ada.username, ada.password);
    const theirs = await token({ sub: ada.username, jti: "j", sid: "s", client_id: "c" });
    expect((await client.me(theirs)).body).toEqual({
      username: ada.username,
      email: null,
      full_name: null,
      disabled: false,
      scopes: ["read"],
    } as never);
    // Nor does it end what is ours, not even under the same id.
    const [, claims = ""] = own.split(".");
    const { jti, sid } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { jti: string; sid: string };
    const twin = await token({ sub: ada.username, jti, sid });
    expect((await client.revoke(twin)).status).toBe(200);
    expect((await client.me(twin)).error?.details.reason).toBe("revoked");
    expect((await client.me(own)).status).toBe(200);
    expect((await client.refresh(refreshToken)).status).toBe(200);
    users.remove();
  },
  20_000,
);

test.concurrent(
  "what an issuer claims of services is not believed: its tokens register nothing",
  async () => {
    await using scene = await openIssuerScene({ scopes: ["read", "service"] });
    const registry = createRegistryClient(scene.gateway);
    const body = { service_name: "context_service", host: "127.0.0.1", port: 9 };
    for (const more of [{}, { client_id: "eve" }]) {
      const token = await scene.token({ scope: "service", services: ["context_service"], ...more });
      const { status, error } = await registry.register(body, token);
      expect([status, error?.code]).toEqual([403, "INSUFFICIENT_SCOPE"]);
    }
  },
  20_000,
);
