import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, setSystemTime, test } from "bun:test";
import { type Client, createClient } from "@isaas/gateway-sdk/client";
import { waitFor } from "../support/wait-for.ts";
import { ada, type ClientScene, openClientScene, type Services } from "./scene.ts";

setDefaultTimeout(20_000);

let scene: ClientScene;
let gateway: Client<Services>;
/** What went to the token endpoint, by grant, and the tokens that came back. */
let asked: string[];
let issued: { access_token: string; refresh_token?: string }[];
let presented: string[];

beforeAll(async () => {
  scene = await openClientScene();
});
afterAll(() => scene.close());
beforeEach(() => {
  [asked, issued, presented] = [[], [], []];
  gateway = scene.client(ada, { fetch: watched });
});
afterEach(() => {
  setSystemTime();
});

async function watched(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (url.includes("/auth/")) {
    const form = init.body as URLSearchParams;
    asked.push(form.get("grant_type") ?? `revoke ${form.get("token")?.slice(0, 4)}`);
    if (url.endsWith("/token") && answer.ok) issued.push(await answer.clone().json());
  } else {
    presented.push(new Headers(init.headers).get("authorization") ?? "");
  }
  return answer;
}

async function revoke(token: string | undefined): Promise<void> {
  await fetch(`${scene.gateway.url}/api/v1/auth/revoke`, {
    method: "POST",
    body: new URLSearchParams({ token: String(token) }),
  });
}

const call = async () => (await gateway.library.number.get()).data;

test("nothing is asked before the first call, and one login serves a hundred at once", async () => {
  expect(asked).toEqual([]);
  expect(new Set(await Promise.all(Array.from({ length: 100 }, call)))).toEqual(new Set([42]));
  expect(asked).toEqual(["password"]);
});

test("a revoked token costs one refresh, however many calls meet it, and none of them fails", async () => {
  await call();
  await revoke(issued[0]?.access_token);
  expect(new Set(await Promise.all(Array.from({ length: 50 }, call)))).toEqual(new Set([42]));
  expect(asked).toEqual(["password", "refresh_token"]);
  // A refresh token is sent once: the second time it is the one that came with the first refresh.
  await revoke(issued[1]?.access_token);
  expect(await call()).toBe(42);
  expect(asked).toEqual(["password", "refresh_token", "refresh_token"]);
});

test("with the whole session revoked it logs in again", async () => {
  await call();
  await revoke(issued[0]?.refresh_token);
  expect(await call()).toBe(42);
  expect(asked).toEqual(["password", "refresh_token", "password"]);
});

test("shortly before its end a token is renewed behind the calls, which go on with the old one", async () => {
  await call();
  setSystemTime(Date.now() + 1800_000 - 59_000);
  expect(await Promise.all([call(), call(), call()])).toEqual([42, 42, 42]);
  await waitFor("the refresh", () => issued.length === 2);
  expect(new Set(presented)).toEqual(new Set([`Bearer ${issued[0]?.access_token}`]));
  await call();
  expect([asked, presented.at(-1)]).toEqual([["password", "refresh_token"], `Bearer ${issued[1]?.access_token}`]);
});

test("past its end it is not sent any more", async () => {
  await call();
  setSystemTime(Date.now() + 1800_001);
  expect(await call()).toBe(42);
  expect(presented.at(-1)).toBe(`Bearer ${issued[1]?.access_token}`);
});

test("a token from elsewhere that is refused is asked for once more, and the call ends there", async () => {
  const tokens: (string | undefined)[] = [];
  await call();
  await gateway.$close();
  const old = String(issued[0]?.access_token);
  const client = scene.client((refused) => {
    tokens.push(refused);
    return old;
  });
  const { error } = await client.library.number.get();
  if (error?.code !== "AUTH_ERROR") throw new Error(`wanted AUTH_ERROR, got ${error?.code}`);
  expect([error.details.reason, tokens]).toEqual(["revoked", [undefined, old]]);
  expect((await scene.client({ token: old }).library.number.get()).status).toBe(401);
});

test("$close takes the tokens back, and no call is made after it", async () => {
  await call();
  await gateway.$close();
  expect(asked).toEqual(["password", "revoke gwr_"]);
  const { error } = await gateway.library.number.get();
  expect([error?.code, error?.message]).toEqual(["ABORTED", "the client is closed"]);
  const stolen = scene.client({ token: String(issued[0]?.access_token) });
  expect((await stolen.library.number.get()).error?.details).toEqual({ reason: "revoked" });
});

test("$close ends a login that nobody answers", async () => {
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const client = createClient<Services>(`http://127.0.0.1:${silent.port}`, { username: "ada", password: "x" });
  const answer = client.library.number.get();
  await Bun.sleep(50);
  const startedMs = performance.now();
  await client.$close();
  expect((await answer).error?.code).toBe("ABORTED");
  expect(performance.now() - startedMs).toBeLessThan(3000);
  silent.stop(true);
});

test("a service's own client has no refresh token: it logs in again", async () => {
  const client = scene.client(
    { clientId: "reporter", clientSecret: "a-client-secret-of-the-tests" },
    { fetch: watched },
  );
  await client.library.number.get();
  await revoke(issued[0]?.access_token);
  expect((await client.library.number.get()).data).toBe(42);
  expect(asked).toEqual(["client_credentials", "client_credentials"]);
});
