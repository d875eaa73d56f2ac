import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { GatewayError } from "@isaas/gateway-sdk/errors";
import type { Subprocess } from "bun";
import {
  AuthServiceClient,
  type AuthServiceOptions,
  type Post,
} from "../../../../plugins/auth/accounts/auth-service.ts";
import { thrownBy } from "../../registry/thrown.ts";

let child: Subprocess<"ignore", "pipe", "inherit">;
let ports: { readonly users: number; readonly rude: number; readonly garbling: number };
beforeAll(async () => {
  child = Bun.spawn([process.execPath, join(import.meta.dirname, "auth-service-process.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  for await (const piece of child.stdout) {
    text += new TextDecoder().decode(piece);
    if (text.includes("\n")) break;
  }
  ports = JSON.parse(text) as typeof ports;
});
afterAll(async () => {
  child.kill("SIGKILL");
  await child.exited;
});

const post: Post = (url, options) =>
  fetch(url, { ...options, method: "POST", redirect: "manual", proxy: false, decompress: false } as RequestInit);

function newClient(port = ports.users, more: Partial<AuthServiceOptions> = {}): AuthServiceClient {
  return new AuthServiceClient({
    url: `http://127.0.0.1:${port}/login`,
    post,
    verify: async (token) => {
      if (token !== "trusted") throw new Error("not trusted");
    },
    ...more,
  });
}

function expectAway(error: GatewayError): void {
  const { code, status, message, details, headers } = error;
  expect({ code, status, message, details, headers }).toEqual({
    code: "SERVICE_UNAVAILABLE",
    status: 503,
    message: "Logging in is not possible right now.",
    details: { service: "auth_service" },
    headers: { "retry-after": "1" },
  });
}

describe("the Auth Service's word counts", () => {
  test("for a user", async () => {
    expect(await newClient().login("ada", "right")).toEqual({
      kind: "user",
      user: { username: "ada", scopes: ["read"], email: "ada@example.org", full_name: "Ada" },
    });
    expect(await newClient().login("enabled", "right")).toMatchObject({ kind: "user", user: { username: "enabled" } });
  });

  test("against wrong credentials and a disabled user", async () => {
    expect(await newClient().login("ada", "wrong")).toBeUndefined();
    expect(await newClient().login("disabled", "right")).toBeUndefined();
  });

  test("for tokens of a trusted issuer, which are passed on as they are", async () => {
    expect(await newClient().login("tokens", "right")).toEqual({
      kind: "tokens",
      answer: { access_token: "trusted", token_type: "bearer", expires_in: 60, id_token: "x" },
    });
  });
});

describe("its failure is SERVICE_UNAVAILABLE, never wrong credentials", () => {
  test.each([201, 204, 301, 302, 400, 403, 404, 429, 500, 502, 503])("when it answers %d", async (status) => {
    const error = await thrownBy(() => newClient().login(String(status), "right"));
    expectAway(error);
    expect(String(error.cause)).toContain(`answered ${status}`);
  });

  test.each([
    "redirect",
    "strange tokens",
    "endless",
    "large",
    "no utf-8",
    "empty",
    "html",
    "null",
    "[]",
    "5",
    '"ada"',
    "{}",
    '{"username":"ada"}',
    '{"username":"","scopes":[]}',
    '{"username":"a\\nb","scopes":[]}',
    '{"username":"ada","scopes":"read"}',
    '{"username":"ada","scopes":["read","read"]}',
    '{"username":"ada","scopes":["re ad"]}',
    '{"username":"ada","scopes":["read"],"disabled":"no"}',
    '{"username":"ada","scopes":["read"],"disable":true}',
    '{"username":"ada","scopes":["read"],"__proto__":{"disabled":false}}',
    '{"access_token":5}',
    '{"access_token":""}',
    `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`,
  ])("when it answers %p", async (answer) => {
    expectAway(await thrownBy(() => newClient().login(answer, "hunter2")));
  });

  test.each(["silent", "slow body"])("when it is %s", async (how) => {
    const start = performance.now();
    expectAway(await thrownBy(() => newClient(ports.users, { timeoutMs: 300 }).login(how, "right")));
    expect(performance.now() - start).toBeLessThan(4000);
  });

  test("when it hangs up, talks nonsense, or is not there", async () => {
    for (const port of [ports.rude, ports.garbling, 1]) {
      expectAway(await thrownBy(() => newClient(port, { timeoutMs: 1000 }).login("ada", "right")));
    }
  });

  test("and neither the answer nor the credentials are in the error", async () => {
    const error = await thrownBy(() => newClient().login("html", "hunter2"));
    expect(`${error.message} ${String(error.cause)} ${Bun.inspect(error)}`).not.toMatch(
      /hunter2|secret of the service/,
    );
  });
});

test("it is asked 64 things at once and no more", async () => {
  const client = newClient(ports.users, { timeoutMs: 1500 });
  const start = performance.now();
  const waiting = Array.from({ length: 64 }, () => thrownBy(() => client.login("silent", "x")));
  expectAway(await thrownBy(() => client.login("ada", "right")));
  expect(performance.now() - start).toBeLessThan(1400);
  for (const error of await Promise.all(waiting)) expectAway(error);
  expect(await client.login("ada", "right")).toMatchObject({ kind: "user" });
});

test("without a limit of its own the client waits 5 s", async () => {
  const start = performance.now();
  expectAway(await thrownBy(() => newClient().login("silent", "right")));
  expect(performance.now() - start).toBeWithin(4500, 9000);
}, 15_000);
