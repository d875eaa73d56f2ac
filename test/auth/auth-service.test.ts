import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { freePort } from "../support/free-port.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import type { Answer } from "../support/registry-client.ts";
import { writeSettings } from "../support/config-file.ts";
import { type IssuerProcess, startIssuer } from "../plugins/auth/tokens/issuer-process.ts";
import { type AuthServiceProcess, startAuthService } from "./auth-service-process.ts";
import { apiKey, ada as fileAda, billing, newAccounts } from "./shared-accounts.ts";
import { createTokenClient, type TokenClient } from "./token-client.ts";

let service: AuthServiceProcess;
let issuer: IssuerProcess;
let gateway: GatewayProcess;
let client: TokenClient;
let removeUsers = (): void => {};

beforeAll(async () => {
  [service, issuer] = await Promise.all([startAuthService(), startIssuer()]);
  await issuer.add("good", "ES256");
  const users = await newAccounts();
  removeUsers = users.remove;
  const trusted = { issuer: "https://issuer.example.org", jwks_uri: `${issuer.url}/jwks.json`, scopes: ["read"] };
  gateway = await startGateway({
    AUTH_SERVICE_URL: service.url,
    USERS_FILE: users.path,
    CONFIG: writeSettings({ trusted_issuers: [trusted] }),
  });
  client = createTokenClient(gateway);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), service.kill(), issuer.kill()]);
  removeUsers();
});

const logIn = (username: string, password = "right"): Promise<Answer<unknown>> => client.ask({ username, password });
const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

function expectAway({ status, headers, error, text }: Answer<unknown>): void {
  expect([status, error?.code, error?.details.service]).toEqual([503, "SERVICE_UNAVAILABLE", "auth_service"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(text).not.toContain("127.0.0.1");
}

describe("a user whom the Auth Service knows", () => {
  test("gets tokens of the gateway, with the scopes that the service names", async () => {
    for (const username of ["ada", "full"]) {
      const tokens = await client.logIn(username, "right");
      expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 1800, scope: "read write" });
      expect((await client.me(tokens.access_token)).body).toMatchObject({ username, scopes: ["read", "write"] });
      const next = await client.refresh(tokens.refresh_token);
      expect(next.body.scope).toBe("read write");
      expect((await client.me(next.body.access_token)).status).toBe(200);
    }
    const narrow = await client.ask({ username: "ada", password: "right", scope: "read admin" });
    expect(narrow.body.scope).toBe("read");
  });

  test("is refused like anybody else with a wrong password, or when disabled, or unknown", async () => {
    for (const [username, password] of [
      ["ada", "wrong"],
      ["disabled", "right"],
      ["stranger", "right"],
      [fileAda.username, fileAda.password],
    ]) {
      const { status, error } = await logIn(username ?? "", password);
      expect([username, status, error?.code]).toEqual([username, 401, "AUTH_ERROR"]);
    }
  });

  test("gets the tokens of a trusted issuer as they are", async () => {
    const claims = { iss: "https://issuer.example.org", sub: "somebody", scope: "read write", exp: inSeconds(300) };
    const token = await issuer.sign("good", claims);
    const { status, body } = await client.ask({ username: "tokens", password: token });
    expect([status, Object.keys(body).length]).toEqual([200, 4]);
    expect(body).toMatchObject({ access_token: token, token_type: "bearer", expires_in: 60, refresh_token: "r" });
    expect((await client.me(token)).body).toMatchObject({ username: "somebody", scopes: ["read"] });
  });

  test("gets no token that the gateway would not take, nor one of the gateway's own", async () => {
    const claims = { iss: "https://issuer.example.org", sub: "somebody", exp: inSeconds(300) };
    const good = await issuer.sign("good", claims);
    const { access_token: own } = await client.logIn("ada", "right");
    for (const token of [
      "no token",
      own,
      good.slice(0, -8),
      await issuer.sign("good", { ...claims, iss: "https://other.example.org" }),
      await issuer.sign("good", { ...claims, exp: inSeconds(-300) }),
    ]) {
      expectAway(await logIn("tokens", token));
    }
  });
});

describe("an Auth Service that cannot say", () => {
  const odd = ["redirect", "huge", "garbage", "empty", "no scopes", "scopes in one text", "no name"];
  const odder = ["a name with a line break", "a misspelt disabled", "a disabled that is a text", "a list", "null"];
  const statuses = ["201", "204", "302", "400", "403", "404", "418", "429", "500", "502", "503"];

  test.each([...odd, ...odder, ...statuses])("is away: %s", async (username) => {
    expectAway(await logIn(username));
  });

  test.concurrent.each(["silent", "dripping"])(
    "is away after five seconds: %s",
    async (username) => {
      const startMs = performance.now();
      expectAway(await logIn(username));
      expect(performance.now() - startMs).toBeWithin(4_000, 9_000);
    },
    15_000,
  );

  test("locks nobody out, however often it fails", async () => {
    for (let i = 0; i < 30; i += 1) expectAway(await logIn("500"));
    expect((await logIn("ada")).status).toBe(200);
  });

  test("is told in the log, without what it said", () => {
    expect(gateway.errors()).toBe("");
    const log = JSON.stringify(gateway.lines);
    expect(log).not.toContain("secret of the service");
    expect(log).not.toContain("right");
  });
});

test("clients and API keys of the users file count beside it, and it is not asked about them", async () => {
  const asked = await service.asked();
  const answer = await client.ask({
    grant_type: "client_credentials",
    client_id: billing.id,
    client_secret: billing.secret,
  });
  expect(answer.body.scope).toBe("read");
  const me = await fetch(`${gateway.url}/api/v1/users/me`, { headers: { "x-api-key": apiKey } });
  expect(await me.json()).toMatchObject({ username: "nightly", scopes: ["read"] });
  expect((await logIn("x".repeat(20_000))).status).toBe(400);
  expect(await service.asked()).toBe(asked);
});

describe("an Auth Service that is not there", () => {
  test("is away while nobody listens, hangs up or speaks no HTTP; it is asked again as soon as it is there", async () => {
    const port = await freePort();
    const away = await startGateway({ AUTH_SERVICE_URL: `http://127.0.0.1:${port}/verify` });
    const { ask, logIn: logInThere, me } = createTokenClient(away);
    let late: AuthServiceProcess | undefined;
    try {
      for (let i = 0; i < 10; i += 1) expectAway(await ask({ username: "ada", password: "right" }));
      for (const words of ["", "I am a teapot\r\n\r\n"]) {
        const rude = createServer((socket) => {
          socket.on("error", () => {});
          socket.once("data", () => socket.end(words));
        });
        await new Promise<void>((resolve) => rude.listen(port, "127.0.0.1", resolve));
        expect((rude.address() as AddressInfo).port).toBe(port);
        expectAway(await ask({ username: "ada", password: "right" }));
        await new Promise((resolve) => rude.close(resolve));
      }
      late = await startAuthService(port);
      const { access_token: token } = await logInThere("ada", "right");
      await late.kill();
      expect((await me(token)).status).toBe(200);
      expectAway(await ask({ username: "ada", password: "right" }));
    } finally {
      await Promise.all([away.stop(), late?.kill()]);
    }
  }, 20_000);

  test("guesses are slowed down with it as without it", async () => {
    const guessing = await startGateway({ AUTH_SERVICE_URL: service.url });
    try {
      const { ask } = createTokenClient(guessing);
      const before = await service.asked();
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => ask({ username: "ada", password: "a wrong one" })),
      );
      const refused = answers.filter(({ status }) => status === 401).length;
      expect((await service.asked()) - before).toBe(refused);
      expect(refused).toBeWithin(5, 8);
    } finally {
      await guessing.stop();
    }
  }, 20_000);
});
