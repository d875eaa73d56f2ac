import { expect, test } from "bun:test";
import { openIssuerScene } from "./issuer-scene.ts";

test.concurrent(
  "keys are fetched when they are needed, once for a hundred who wait",
  async () => {
    await using scene = await openIssuerScene();
    const { issuer, client, token } = scene;
    expect(await issuer.asked()).toBe(0);
    await issuer.mode("slow");
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, i) => token({ sub: `eve ${i}` })));
    const answers = await Promise.all(tokens.map((one) => client.me(one)));
    expect(answers.map(({ body }) => body.username)).toEqual(tokens.map((_, i) => `eve ${i}`));
    expect(await issuer.asked()).toBe(1);
  },
  20_000,
);

test.concurrent(
  "a key of an unknown name makes the gateway ask once in a minute, however many come",
  async () => {
    await using scene = await openIssuerScene();
    const { issuer, client, token } = scene;
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const { status, error } = await client.me(await token({}, "ES256", { kid: `unknown ${i}` }));
        expect([status, error?.details.reason]).toEqual([401, "bad_signature"]);
      }),
    );
    for (let i = 0; i < 20; i += 1) await client.me(await token({}, "ES256", { kid: `more ${i}` }));
    expect(await issuer.asked()).toBe(1);
    expect((await client.me(await token())).status).toBe(200);
  },
  20_000,
);

test.concurrent.each(["broken", "garbage", "no keys", "redirect", "huge", "gone"])(
  "the keys that are known serve on while their server is %s",
  async (mode) => {
    await using scene = await openIssuerScene();
    const { issuer, client, token } = scene;
    expect((await client.me(await token())).status).toBe(200);
    const next = await token({ sub: "somebody new" });
    if (mode === "gone") await issuer.kill();
    else await issuer.mode(mode);
    expect((await client.me(next)).body.username).toBe("somebody new");
  },
  20_000,
);

test.concurrent.each(["broken", "garbage", "no keys", "redirect", "huge", "silent", "gone"])(
  "when their server is %s from the start it is nobody's wrong token",
  async (mode) => {
    await using scene = await openIssuerScene({}, {}, { isThere: false });
    const { issuer, client, token } = scene;
    const [first, second] = [await token(), await token({ sub: "another" })];
    if (mode === "gone") await issuer.kill();
    else await issuer.mode(mode);
    for (const one of [first, second, first]) {
      const { status, error, headers, text } = await client.me(one);
      expect([status, error?.code]).toEqual([503, "SERVICE_UNAVAILABLE"]);
      expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(text).not.toContain(issuer.url);
    }
    // Nobody says that it was revoked when nobody can tell whose it is.
    expect((await client.revoke(first)).status).toBe(503);
    expect((await client.me("no.token.at all")).status).toBe(401);
  },
  20_000,
);

test.concurrent(
  "a server that is back is asked again within seconds",
  async () => {
    await using scene = await openIssuerScene({}, {}, { isThere: false });
    const { issuer, client, token } = scene;
    expect((await client.me(await token())).status).toBe(503);
    await issuer.mode("well");
    await Bun.sleep(5_200);
    expect((await client.me(await token())).status).toBe(200);
    expect(await issuer.asked()).toBe(2);
  },
  20_000,
);
