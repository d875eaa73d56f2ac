import { expect, test } from "bun:test";
import { openAuthScene } from "../support/auth-scene.ts";
import { handMadeToken } from "../support/hand-made-token.ts";
import { secretKey } from "../support/open-routes.ts";
import { apiKeys, clientSecret, password } from "../support/users-file.ts";

test("no password, secret, key, token or hash gets into the log, at any level and however it ends", async () => {
  const scene = await openAuthScene({ LOG_LEVEL: "trace", DEBUG: "true" });
  try {
    const planted = ["planted-password", "planted-secret", "planted-key", "planted-token.a.b", "planted-refresh"];
    const [badPassword = "", badSecret = "", badKey = "", badToken = "", badRefresh = ""] = planted;
    const { access, refresh } = await scene.logIn();
    const next = await scene.ask({ grant_type: "refresh_token", refresh_token: refresh });
    await scene.ask({ grant_type: "refresh_token", refresh_token: refresh });
    await scene.ask({ grant_type: "refresh_token", refresh_token: badRefresh });
    await scene.ask({ username: "ada", password: badPassword });
    await scene.post("/auth/token", `{"password":"${badPassword}"`, { "content-type": "application/json" });
    await scene.ask({ grant_type: "client_credentials" }, { authorization: `Basic ${btoa(`billing:${badSecret}`)}` });
    await scene.ask({ grant_type: "client_credentials", client_id: "billing", client_secret: clientSecret });
    const forged = await handMadeToken({}, { secret: "another-secret-key-0123456789abcdef" });
    for (const path of ["/guarded", "/open", "/trusted", "/asserted", "/users/me", "/services"]) {
      for (const token of [access, forged, badToken]) await scene.call(`${path}?token=${token}`, token);
      for (const key of [apiKeys.reader, apiKeys.disabled, badKey]) {
        await scene.call(path, undefined, { headers: { "x-api-key": key } });
      }
    }
    await scene.post("/auth/revoke", `token=${access}`);
    scene.service.close();
    await scene.call("/trusted", (await scene.logIn()).access);
    scene.users.write({ ...scene.content, users: [{ username: "ben", password_hash: badPassword, scopes: [] }] });
    scene.gateway.process.kill("SIGHUP");
    await scene.gateway.waitForLine(({ msg }) => msg === "reload failed");

    const log = JSON.stringify(scene.gateway.lines) + scene.gateway.errors();
    const secrets = [...planted, password, clientSecret, secretKey, ...Object.values(apiKeys), access, forged, refresh];
    const nextRefresh = String(next.body["refresh_token"]);
    const signatures = [access, forged].map((token) => token.slice(token.lastIndexOf(".") + 1));
    for (const secret of [...secrets, nextRefresh, ...signatures, "$argon2"]) expect(log).not.toContain(secret);
    expect(scene.gateway.lines.filter(({ msg }) => msg === "request").length).toBeGreaterThan(40);
  } finally {
    await scene.close();
  }
}, 30_000);
