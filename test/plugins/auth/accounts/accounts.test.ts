import { afterEach, describe, expect, test } from "bun:test";
import { waitFor } from "../../../support/wait-for.ts";
import { type FileOnDisk, newUsersFile, openAccounts, sha256Of } from "./users-file.ts";

const argon = `$argon2id$v=19$m=8,t=1,p=1$${"A".repeat(43)}$${"A".repeat(43)}`;
const bcrypt = `$2b$10$${"A".repeat(21)}.${"A".repeat(30)}.`;
const ada = { username: "ada", password_hash: argon, scopes: ["read"] };
const billing = { client_id: "billing", secret_hash: bcrypt, scopes: ["service"], services: ["billing_service"] };
const nightly = { name: "nightly", key_hash: sha256Of("key one"), scopes: ["read"] };

const inCapitals = (hash: string): string => `sha256:${hash.slice(7).toUpperCase()}`;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function open(content: object | string, name?: string, hasOtherUsers = false) {
  const file: FileOnDisk = newUsersFile(content, name);
  closers.push(file.remove);
  const opened = openAccounts(file.path, { hasOtherUsers });
  closers.push(() => opened.accounts.close());
  return { file, ...opened };
}

function mistakesOf(content: object | string): string[] {
  try {
    open(content);
  } catch (error) {
    return error instanceof Error ? error.message.split("\n") : [];
  }
  return [];
}

describe("a users file", () => {
  const yaml = `
users:
  - username: ada
    password_hash: "${argon}"
    email: ada@example.org
    full_name: Ada Lovelace
    scopes: [read, write, admin]
clients:
  - client_id: billing
    secret_hash: "${bcrypt}"
    scopes: [service]
    services: [billing_service]
api_keys:
  - name: nightly-report
    key_hash: "${sha256Of("key one")}"
    scopes: [read]
    expires_at: 2027-01-31T00:00:00Z
`;
  const toml = `
[[users]]
username = "ada"
password_hash = "${argon}"
email = "ada@example.org"
full_name = "Ada Lovelace"
scopes = ["read", "write", "admin"]
[[clients]]
client_id = "billing"
secret_hash = "${bcrypt}"
scopes = ["service"]
services = ["billing_service"]
[[api_keys]]
name = "nightly-report"
key_hash = "${inCapitals(sha256Of("key one"))}"
scopes = ["read"]
expires_at = 2027-01-31T01:00:00+01:00
`;
  test.each([
    ["users.yaml", yaml],
    ["users.toml", toml],
    ["users.json", JSON.stringify(Bun.YAML.parse(yaml))],
  ])("says the same as %s", (name, content) => {
    const { accounts } = open(content, name);
    expect(accounts.user("ada")).toEqual({
      username: "ada",
      password_hash: argon,
      email: "ada@example.org",
      full_name: "Ada Lovelace",
      disabled: false,
      scopes: ["read", "write", "admin"],
    });
    expect(accounts.client("billing")).toEqual({ ...billing, disabled: false });
    expect(accounts.apiKey("key one")).toEqual({
      name: "nightly-report",
      scopes: ["read"],
      disabled: false,
      expiresAtMs: Date.UTC(2027, 0, 31),
      prefix: undefined,
    });
  });

  test("may be empty, and there may be none", () => {
    for (const { accounts } of [open(""), open({}), openAccounts(undefined)]) {
      expect([accounts.user("ada"), accounts.client("billing"), accounts.apiKey("key one")]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
  });

  test("is refused with every mistake at its path, and no value is shown", () => {
    const mistakes = mistakesOf({
      users: [
        { ...ada, username: " hunter2", password_hash: "hunter2" },
        { ...ada, scope: ["hunter2"], disabled: "hunter2", scopes: ["hunter2", "hunter2"] },
        { username: "žofie", scopes: ["hunter 2"] },
        { ...ada, username: "x".repeat(129), email: 5 },
      ],
      clients: [{ ...billing, services: ["Hunter2"] }],
      api_keys: [{ ...nightly, key_hash: "sha256:hunter2", expires_at: "2027-02-30T00:00:00Z", prefix: "hunter 2" }],
      hunters: [],
    });
    expect(mistakes.map((mistake) => mistake.split(":")[0]).toSorted()).toEqual([
      "api_keys[0].expires_at",
      "api_keys[0].key_hash",
      "api_keys[0].prefix",
      "clients[0].services[0]",
      "hunters",
      "users[0].password_hash",
      "users[0].username",
      "users[1].disabled",
      "users[1].scope",
      "users[1].scopes",
      "users[2].password_hash",
      "users[2].scopes[0]",
      "users[2].username",
      "users[3].email",
      "users[3].username",
    ]);
    expect(mistakes.join("\n").toLowerCase()).not.toContain("hunter2");
    expect(mistakes.join("\n")).not.toMatch(/žofie|hunter 2|2027-02/);
  });

  test("is refused when a name or a key stands in it twice", () => {
    const mistakes = mistakesOf({
      users: [ada, { ...ada, username: "bob" }, ada],
      clients: [billing, billing],
      api_keys: [nightly, { ...nightly, name: "other", key_hash: inCapitals(nightly.key_hash) }, nightly],
    });
    expect(mistakes.map((mistake) => mistake.replace(/ \(.*\)$/, ""))).toEqual([
      "users[2].username: wanted one of its own, got that of users[0]",
      "clients[1].client_id: wanted one of its own, got that of clients[0]",
      "api_keys[2].name: wanted one of its own, got that of api_keys[0]",
      "api_keys[1].key_hash: wanted one of its own, got that of api_keys[0]",
      "api_keys[2].key_hash: wanted one of its own, got that of api_keys[0]",
    ]);
  });

  test("that is not there stops the start", () => {
    expect(() => openAccounts("/nowhere/users.yaml")).toThrow("users_file: wanted a readable file in UTF-8");
  });

  test.each([
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaJObG",
    "$argon2i$v=19$m=16,t=2,p=1$Ta4x6IsyP73K45EvTA0IMKKIR/tAYEaU3DMikwYWOvk$7gks38HDgMnpFlLrtjwcGbmMkvCYX8DK/gpdfNvDYFQ",
    "$argon2d$v=19$m=16,t=2,p=1$DwnePSzTRIQVDcjzF5wE3hJ9fseGh9F7uCwt3fh1Src$eajNBLwqIFsO7D9v2HbJl/S+yd1ap6OOYqujW06XtsY",
    "$2a$10$qCdpCWaow/pFjYEh6WXk8OMUyvqh9Yy6pSfPzLqIaBy646cJVCZ7S",
    "$2y$12$qCdpCWaow/pFjYEh6WXk8OMUyvqh9Yy6pSfPzLqIaBy646cJVCZ7S",
  ])("takes the hash %s", (hash) => {
    expect(mistakesOf({ users: [{ ...ada, password_hash: hash }] })).toEqual([]);
  });

  test.each([
    "",
    "password",
    "5f4dcc3b5aa765d61d8327deb882cf99",
    "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
    "$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.",
    "$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub",
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
    "$2b$10$qCdpCWaow/pFjYEh6WXk8OMUyvqh9Yy6pSfPzLqIaBy646cJVCZ7",
    "$2b$03$qCdpCWaow/pFjYEh6WXk8OMUyvqh9Yy6pSfPzLqIaBy646cJVCZ7S",
  ])("does not take %j for a hash", (hash) => {
    expect(mistakesOf({ users: [{ ...ada, password_hash: hash }] })).toHaveLength(1);
  });
});

describe("accounts", () => {
  test("are disabled when the file says so, and when they are not in it", () => {
    const { accounts } = open({
      users: [ada, { ...ada, username: "bob", disabled: true }],
      clients: [billing, { ...billing, client_id: "old", disabled: true }],
      api_keys: [nightly, { ...nightly, name: "lost", key_hash: sha256Of("key two"), disabled: true, prefix: "key" }],
    });
    const of = (kind: "user" | "client" | "api_key", ...names: string[]) =>
      names.map((name) => accounts.isDisabled(kind, name));
    expect(of("user", "ada", "bob", "eve", "billing", "__proto__")).toEqual([false, true, true, true, true]);
    expect(of("client", "billing", "old", "ada")).toEqual([false, true, true]);
    expect(of("api_key", "nightly", "lost", "other")).toEqual([false, true, true]);
    expect(accounts.apiKey("key two")).toMatchObject({ name: "lost", disabled: true, prefix: "key" });
    expect(accounts.apiKey("key")).toBeUndefined();
    expect(accounts.apiKey(nightly.key_hash)).toBeUndefined();
  });

  test("of users that an Auth Service knows are disabled only where the file says so", () => {
    const { accounts } = open({ users: [{ ...ada, disabled: true }] }, "users.yaml", true);
    expect(accounts.isDisabled("user", "ada")).toBe(true);
    expect(accounts.isDisabled("user", "bob")).toBe(false);
    expect(accounts.isDisabled("client", "bob")).toBe(true);
  });

  test("follow the file, and tell of it", async () => {
    const { file, accounts, log } = open({ users: [ada] });
    let heard = 0;
    accounts.onChange(() => (heard += 1));
    file.write({
      users: [
        { ...ada, disabled: true },
        { ...ada, username: "bob" },
      ],
    });
    await waitFor("the new version", () => accounts.user("bob") !== undefined);
    expect({ ada: accounts.isDisabled("user", "ada"), heard }).toEqual({ ada: true, heard: 1 });
    expect(log.of("error")).toEqual([]);
  });

  test("stay as they were when a new version has mistakes, told in one line without values", async () => {
    const { file, accounts, log } = open({ users: [ada] });
    let heard = 0;
    accounts.onChange(() => (heard += 1));
    file.write({ users: [{ ...ada, username: "bob", password_hash: "hunter2", scopes: "hunter2" }] });
    await waitFor("the complaint", () => log.of("error").length > 0);
    expect(log.lines.filter(({ level }) => level === "error")).toEqual([
      {
        level: "error",
        message: "the users file has mistakes: the accounts stay as they were",
        fields: { reason: expect.stringMatching(/^users\[0\]\.password_hash: .*\nusers\[0\]\.scopes: .*$/) },
      },
    ]);
    expect(JSON.stringify(log.lines)).not.toContain("hunter2");
    expect(accounts.isDisabled("user", "ada")).toBe(false);
    expect(() => accounts.reload()).toThrow("users[0].password_hash");
    expect([accounts.user("bob"), heard]).toEqual([undefined, 0]);

    file.write({ users: [{ ...ada, username: "bob" }] });
    accounts.reload();
    expect([accounts.user("bob")?.username, heard]).toEqual(["bob", 1]);
  });

  test("are no longer read when they are closed", async () => {
    const { file, accounts } = open({ users: [ada] });
    accounts.close();
    file.write({ users: [] });
    await Bun.sleep(3000);
    expect(accounts.user("ada")).toBeDefined();
  });
});
