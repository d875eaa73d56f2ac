import { expect, test } from "bun:test";
import { createClient } from "@isaas/gateway-sdk/client";
import type { Library } from "../../client/library.ts";

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly redirect: string | undefined;
}

/** A client whose requests are looked at, answered 200 by nobody. */
function looking(url: string, ...more: [credentials?: Parameters<typeof createClient>[1], options?: object]) {
  const sent: Sent[] = [];
  const [credentials, options] = more;
  const client = createClient<{ library: Library }>(url, credentials, {
    ...options,
    async fetch(target, init) {
      sent.push({ url: target, headers: new Headers(init.headers), redirect: init.redirect });
      return new Response("42");
    },
  });
  return { client, sent };
}

test.each([
  ["http://g:1", {}, "http://g:1/api/v1/library/number"],
  ["http://g:1/", {}, "http://g:1/api/v1/library/number"],
  ["https://g/below/", {}, "https://g/below/api/v1/library/number"],
  ["http://g:1", { apiPrefix: "/v2/" }, "http://g:1/v2/library/number"],
  ["http://g:1", { apiPrefix: "" }, "http://g:1/library/number"],
  ["http://g:1", { prefixes: { library: "/lib/x" } }, "http://g:1/lib/x/number"],
  ["http://g:1", { prefixes: { library: "" } }, "http://g:1/number"],
])("at %p with %p a call goes to %p", async (url, options, target) => {
  const { client, sent } = looking(url, undefined, options);
  await client.library.number.get();
  expect(sent.map(({ url }) => url)).toEqual([target]);
});

test.each(["", "g:1", "ftp://g", "http://user:hunter2@g", "//g"])(
  "%p is no gateway's URL, and is not repeated",
  (url) => {
    expect(() => createClient(url)).toThrow("url: wanted the URL of a gateway");
    expect(() => createClient(url)).not.toThrow("hunter2");
  },
);

test("an API key does not follow a redirect to somebody else", async () => {
  const { client, sent } = looking("http://g", { apiKey: "k" });
  await client.library.number.get();
  await client.library.number.get({ fetch: { redirect: "error" } });
  expect(sent.map(({ redirect, headers }) => [redirect, headers.get("x-api-key")])).toEqual([
    ["manual", "k"],
    ["error", "k"],
  ]);
});

test("a login does not follow a redirect: the password stays here", async () => {
  const { client, sent } = looking("http://g", { username: "ada", password: "hunter2" });
  const { error } = await client.library.number.get();
  expect([error?.code, error?.message]).toEqual(["NO_ANSWER", "the token endpoint answered without a token"]);
  expect(sent.map(({ url, redirect }) => [url, redirect])).toEqual([["http://g/api/v1/auth/token", "manual"]]);
});

test("an Authorization of the call's own goes in place of the client's", async () => {
  const { client, sent } = looking("http://g", { token: "a" });
  await client.library.number.get({ headers: { authorization: "Bearer b" } });
  await client.library.number.get();
  expect(sent.map(({ headers }) => headers.get("authorization"))).toEqual(["Bearer b", "Bearer a"]);
});

test("client, services and paths can be awaited and looked at: they are no promises", async () => {
  const { client, sent } = looking("http://g");
  expect(await client).toBe(client);
  expect(await client.library.books).toBeFunction();
  expect(String(Object.prototype.toString.call(client.library))).toBe("[object Function]");
  expect(sent).toEqual([]);
});

test("what is neither a parameter nor a call says so", () => {
  const { client } = looking("http://g");
  const books = client.library.books as unknown as (...input: unknown[]) => unknown;
  for (const input of [[], [1], [{}], [{ a: 1, b: 2 }], [{ a: null }]])
    expect(() => books(...input)).toThrow("wanted one parameter of the path");
});

test("a body that cannot be written rejects: the caller's mistake", async () => {
  const { client, sent } = looking("http://g");
  const circle: Record<string, unknown> = { title: "Emma" };
  circle["self"] = circle;
  await expect(client.library.books.post(circle as { title: string })).rejects.toThrow(/circular|cyclic/i);
  expect(sent).toEqual([]);
});
