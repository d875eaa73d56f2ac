import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { runGateway } from "../support/gateway.ts";
import { registrationKey, toAnswer } from "../support/registry-client.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

const body = { service_name: "mine_service", host: "127.0.0.1", port: 9, instance_id: "one" };

let scene: Scene;
let lease: string;
let otherLease: string;
beforeAll(async () => {
  scene = await openScene({ LOG_LEVEL: "trace" });
  lease = (await scene.registry.register(body)).body.lease_token;
  const other = await scene.registry.register({ ...body, instance_id: "two", port: 10 });
  otherLease = other.body.lease_token;
});
afterAll(() => scene.close());

const attempts: readonly (readonly [method: string, path: string, sent?: object])[] = [
  ["POST", "", body],
  ["PUT", "/mine_service/instances/one/heartbeat"],
  ["PATCH", "/mine_service/instances/one", { status: "draining" }],
  ["DELETE", "/mine_service/instances/one"],
  ["GET", ""],
  ["GET", "/mine_service"],
];

async function attempt(authorization: string | undefined, method: string, path: string, sent?: object) {
  const answer = await fetch(`${scene.gateway.url}/api/v1/services${path}`, {
    method,
    ...(authorization === undefined ? {} : { headers: { authorization } }),
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
  });
  return toAnswer(answer);
}

describe.each(attempts)("%s {p}/services%s", (method, path, sent) => {
  test("without credentials is answered with 401, which asks for a bearer", async () => {
    const { status, headers, error } = await attempt(undefined, method, path, sent);
    expect([status, error?.code, error?.details.reason]).toEqual([401, "AUTH_ERROR", "missing"]);
    expect(headers.get("www-authenticate")).toBe('Bearer realm="gateway"');
  });

  test.each([
    ["a wrong key", `Bearer ${registrationKey}x`],
    ["the beginning of the key", `Bearer ${registrationKey.slice(0, -1)}`],
    ["the key in capitals", `Bearer ${registrationKey.toUpperCase()}`],
    ["the key twice", `Bearer ${registrationKey} ${registrationKey}`],
    ["the key in a list", `Bearer ${registrationKey}, Bearer x`],
    ["an empty bearer", "Bearer "],
    ["the scheme Basic", `Basic ${btoa(`registration:${registrationKey}`)}`],
    ["the scheme Token", `Token ${registrationKey}`],
    ["no scheme", registrationKey],
  ])("with %s is answered with 401, and that does not tell the key", async (_what, authorization) => {
    const { status, error, text } = await attempt(authorization, method, path, sent);
    expect([status, error?.code, error?.details.reason]).toEqual([401, "AUTH_ERROR", "bad_credentials"]);
    expect(text).not.toContain(registrationKey);
  });

  test("with another instance's lease token is answered with 401", async () => {
    expect((await attempt(`Bearer ${otherLease}`, method, path, sent)).status).toBe(401);
  });
});

test("the scheme may be written in any case", async () => {
  expect((await attempt(`bEARER ${registrationKey}`, "GET", "")).status).toBe(200);
});

test("a key in the query is no key", async () => {
  expect((await attempt(undefined, "GET", `?token=${lease}`)).status).toBe(401);
});

test("a lease token renews and drains its instance, and can neither register nor read", async () => {
  const { registry } = scene;
  expect((await registry.heartbeat("mine_service", "one", lease)).status).toBe(200);
  expect((await registry.patch("mine_service", "one", { status: "draining" }, lease)).body.status).toBe("draining");
  expect((await registry.patch("mine_service", "one", { status: "starting" }, lease)).body.status).toBe("starting");
  expect((await registry.register(body, lease)).status).toBe(401);
  expect((await registry.list(lease)).status).toBe(401);
});

test("the operator's key renews, drains and removes too", async () => {
  const { registry } = scene;
  expect((await registry.heartbeat("mine_service", "two")).status).toBe(200);
  expect((await registry.patch("mine_service", "two", { status: "draining" })).status).toBe(200);
  expect((await registry.remove("mine_service", "two")).status).toBe(204);
});

test("a token of before a repeated registration goes on working, and so does the new one", async () => {
  const again = (await scene.registry.register(body)).body.lease_token;
  expect(again).not.toBe(lease);
  for (const token of [lease, again]) {
    expect((await scene.registry.heartbeat("mine_service", "one", token)).status).toBe(200);
  }
});

test("after its removal an instance is told to register again, and its old token is worth nothing then", async () => {
  const { registry } = scene;
  expect((await registry.remove("mine_service", "one", lease)).status).toBe(204);
  for (const answer of [
    await registry.heartbeat("mine_service", "one", lease),
    await registry.patch("mine_service", "one", { status: "draining" }, lease),
    await registry.remove("mine_service", "one", lease),
  ]) {
    expect([answer.status, answer.error?.code, answer.error?.message]).toEqual([
      404,
      "NOT_FOUND",
      expect.stringContaining("register again"),
    ]);
  }
  expect((await registry.register(body)).status).toBe(201);
  expect((await registry.heartbeat("mine_service", "one", lease)).status).toBe(401);
});

test("lists and records show no tokens, and the log no credentials at all", async () => {
  const { registry, gateway } = scene;
  const known = [registrationKey, lease, otherLease];
  const shown = [(await registry.list()).text, (await registry.service("mine_service")).text];
  await waitFor("the access log", () => gateway.lines.length > 20);
  const log = JSON.stringify(gateway.lines) + gateway.errors();
  for (const secret of known) for (const text of [...shown, log]) expect(text).not.toContain(secret);
  for (const text of [...shown, log]) expect(text).not.toMatch(/token_hash|[0-9a-f]{64}/);
});

describe("without REGISTRATION_KEY", () => {
  let closed: Scene;
  beforeAll(async () => {
    closed = await openScene({ REGISTRATION_KEY: "", DEBUG: "true" });
  });
  afterAll(() => closed.close());

  test("nobody registers, whatever the credentials", async () => {
    for (const token of [null, registrationKey, "undefined", "null"]) {
      expect((await closed.registry.register(body, token)).status).toBe(401);
    }
    expect((await closed.registry.remove("mine_service", "one", null)).status).toBe(401);
  });

  test("nobody reads either, DEBUG=true or not", async () => {
    expect((await closed.registry.list(null)).status).toBe(401);
    expect((await closed.registry.service("none_service", null)).status).toBe(401);
  });
});

test.each([
  ["too short", "hunter2-hunter2"],
  ["one byte too short", `hunter2-${"x".repeat(23)}`],
  ["with a space in it", `hunter2 ${"x".repeat(40)}`],
  ["with a letter beyond ASCII in it", `hunter2-${"ä".repeat(40)}`],
])("a REGISTRATION_KEY that is %s stops the start and is not shown", async (_what, key) => {
  const { code, stdout, stderr } = await runGateway([], { PORT: "0", REGISTRATION_KEY: key });
  expect(code).toBe(1);
  expect(stderr).toContain("REGISTRATION_KEY");
  expect(stderr).toContain("at least 32 bytes");
  expect(stdout + stderr).not.toContain("hunter2");
});
