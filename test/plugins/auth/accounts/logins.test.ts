import { afterEach, describe, expect, test } from "bun:test";
import type { Accounts } from "../../../../plugins/auth/accounts/accounts.ts";
import { AuthServiceClient, type Post } from "../../../../plugins/auth/accounts/auth-service.ts";
import { LoginThrottle } from "../../../../plugins/auth/accounts/login-throttle.ts";
import { Logins } from "../../../../plugins/auth/accounts/logins.ts";
import { Passwords } from "../../../../plugins/auth/accounts/passwords.ts";
import { systemClock } from "../../../../src/clock.ts";
import type { OpenableStore } from "../../../../src/store/openable-store.ts";
import { listeningLog } from "../../../store/listening-log.ts";
import { newStore } from "../../../store/stores.ts";
import { thrownBy } from "../../registry/thrown.ts";
import { accountsWith, hashCheaply } from "./users-file.ts";

const secret = "a secret of at least thirty-two bytes";
const open: OpenableStore[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()));
});

class CountedPasswords extends Passwords {
  count = 0;
  override verify(hash: string | undefined, password: string): Promise<boolean> {
    this.count += 1;
    return super.verify(hash, password);
  }
}

async function newLogins(content: object, authService?: AuthServiceClient, queued = 64) {
  const { store } = newStore();
  open.push(store);
  const accounts: Accounts = accountsWith(content);
  const passwords = new CountedPasswords({ decoyHash: () => accounts.decoyHash, log: listeningLog(), queued });
  const throttle = new LoginThrottle({ store, clock: systemClock, secret });
  await store.open();
  return { logins: new Logins({ accounts, passwords, throttle, authService }), passwords };
}

const hash = await hashCheaply("right");
const people = {
  users: [
    { username: "ada", password_hash: hash, scopes: ["read"], email: "ada@example.org" },
    { username: "bob", password_hash: hash, scopes: ["read"], disabled: true },
  ],
  clients: [
    { client_id: "billing", secret_hash: hash, scopes: ["service"], services: ["billing_service"] },
    { client_id: "old", secret_hash: hash, scopes: ["service"], disabled: true },
  ],
};
const address = "192.0.2.1";

describe("a login", () => {
  test("with the right password says who the user is, without the hash", async () => {
    const { logins } = await newLogins(people);
    expect(await logins.user({ name: "ada", password: "right", address })).toEqual({
      kind: "user",
      user: { username: "ada", scopes: ["read"], email: "ada@example.org" },
    });
  });

  test("with the right secret says who the client is", async () => {
    const { logins } = await newLogins(people);
    expect(await logins.client({ name: "billing", password: "right", address })).toMatchObject({
      client_id: "billing",
      services: ["billing_service"],
    });
  });

  test("of somebody wrong, unknown, disabled or of the other kind is answered the same, after one verification", async () => {
    const { logins, passwords } = await newLogins(people);
    const answers = new Set<string>();
    const add = async (run: () => Promise<unknown>): Promise<void> => {
      const { code, message, details, headers } = await thrownBy(run);
      answers.add(JSON.stringify({ code, message, details, headers }));
    };
    for (const [name, password] of [
      ["ada", "wrong"],
      ["ada", ""],
      ["eve", "right"],
      ["bob", "right"],
      ["billing", "right"],
      ["__proto__", "right"],
      ["", "right"],
    ] as const) {
      await add(() => logins.user({ name, password, address }));
    }
    expect([...answers].map((text): unknown => JSON.parse(text))).toEqual([
      {
        code: "AUTH_ERROR",
        message: "These credentials are not valid.",
        details: { reason: "bad_credentials", oauth_error: "invalid_grant" },
        headers: { "www-authenticate": 'Bearer realm="gateway"' },
      },
    ]);
    expect(passwords.count).toBe(7);
    answers.clear();
    for (const name of ["billing", "old", "ada"]) {
      await add(() => logins.client({ name, password: name === "billing" ? "wrong" : "right", address }));
    }
    expect([...answers]).toEqual([expect.stringContaining('"oauth_error":"invalid_client"')]);
  });

  test("is tried 1,000 times at once, and 5 passwords are looked at", async () => {
    const { logins, passwords } = await newLogins(people);
    const guesses = Array.from({ length: 1000 }, (_, i) => ({ name: "ada", password: `guess ${i}`, address }));
    const codes = await Promise.all(
      guesses.map((guess) => thrownBy(() => logins.user(guess)).then(({ code }) => code)),
    );
    expect(codes.filter((code) => code === "AUTH_ERROR")).toHaveLength(5);
    expect(codes.filter((code) => code === "RATE_LIMIT")).toHaveLength(995);
    expect(passwords.count).toBe(5);
  });

  test("that found no place among those at work does not count as failed", async () => {
    const { logins } = await newLogins(people, undefined, 0);
    for (let round = 0; round < 10; round += 1) {
      // Strangers, each from elsewhere, take both places.
      const strangers = ["x", "y"].map((name) =>
        logins.user({ name: `${name}${round}`, password: "wrong", address: `198.51.100.${round}` }),
      );
      const settled = await Promise.allSettled([
        ...strangers,
        logins.user({ name: "ada", password: "right", address }),
      ]);
      expect(settled.at(-1)).toMatchObject({ status: "rejected", reason: { code: "SERVICE_UNAVAILABLE" } });
    }
    await logins.user({ name: "ada", password: "right", address });
  });
});

describe("with an Auth Service", () => {
  const servers: { stop(closeActive: boolean): Promise<void> }[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop(true)));
  });

  function serviceWith(answer: () => Response): AuthServiceClient {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
    servers.push(server);
    const post: Post = (url, options) => fetch(url, { ...options, method: "POST", redirect: "manual" });
    return new AuthServiceClient({ url: server.url.href, post, verify: async () => {} });
  }

  test("it alone is asked about users, and the file about clients", async () => {
    const service = serviceWith(() => Response.json({ username: "ada", scopes: ["admin"] }));
    const { logins, passwords } = await newLogins(people, service);
    expect(await logins.user({ name: "ada", password: "wrong", address })).toMatchObject({
      user: { scopes: ["admin"] },
    });
    expect(passwords.count).toBe(0);
    await logins.client({ name: "billing", password: "right", address });
    expect(passwords.count).toBe(1);
  });

  test("its failures lock nobody out, its refusals do", async () => {
    let status = 500;
    const service = serviceWith(() => new Response("", { status }));
    const { logins } = await newLogins({}, service);
    const code = async () => (await thrownBy(() => logins.user({ name: "ada", password: "x", address }))).code;
    for (let i = 0; i < 30; i += 1) expect(await code()).toBe("SERVICE_UNAVAILABLE");
    status = 401;
    for (let i = 0; i < 5; i += 1) expect(await code()).toBe("AUTH_ERROR");
    expect(await code()).toBe("RATE_LIMIT");
  });
});
