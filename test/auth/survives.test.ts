import { afterEach, expect, test } from "bun:test";
import { type AuthScene, openAuthScene } from "../support/auth-scene.ts";
import { newDirectory } from "../store/stores.ts";

const directory = newDirectory();
let scene: AuthScene | undefined;
afterEach(async () => {
  await scene?.close();
  directory.remove();
});

test("what was revoked, who is logged in and the keys outlive kill -9, with DATA_DIR", async () => {
  const environment = { DATA_DIR: directory.path, TOKEN_ALGORITHM: "ES256" };
  const killed = await openAuthScene(environment);
  const revoked = await killed.logIn();
  const stolen = await killed.logIn();
  const kept = await killed.logIn();
  const grant = { grant_type: "refresh_token" };
  const { body } = await killed.ask({ ...grant, refresh_token: stolen.refresh });
  await killed.ask({ ...grant, refresh_token: stolen.refresh });
  await killed.post("/auth/revoke", `token=${revoked.access}`);
  const jwks = await (await fetch(`${killed.gateway.url}/.well-known/jwks.json`)).json();
  killed.gateway.process.kill("SIGKILL");
  await killed.gateway.process.exited;
  await killed.close();

  const again = await openAuthScene(environment);
  scene = again;
  const ends = async (token: unknown) => {
    const { status, details } = await again.call("/guarded", String(token));
    return `${status} ${String(details["reason"] ?? "")}`.trim();
  };
  expect(await ends(kept.access)).toBe("200");
  expect(await ends(revoked.access)).toBe("401 revoked");
  expect(await ends(stolen.access)).toBe("401 revoked");
  expect(await ends(body["access_token"])).toBe("401 revoked");
  const refreshed = await Promise.all(
    [kept.refresh, revoked.refresh, stolen.refresh, String(body["refresh_token"])].map(
      async (token) => (await again.ask({ ...grant, refresh_token: token })).status,
    ),
  );
  expect(refreshed).toEqual([200, 200, 401, 401]);
  expect(await (await fetch(`${again.gateway.url}/.well-known/jwks.json`)).json()).toEqual(jwks);
}, 30_000);
