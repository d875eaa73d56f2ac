import { describe, expect, test } from "bun:test";
import { GatewayError } from "@isaas/gateway-sdk/errors";
import { admit } from "../../src/server/gate.ts";
import { parseTarget } from "../../src/server/target.ts";
import { createRandom, pick } from "../support/random.ts";

function request(path = "/a", host: string | null = "gw.test", method = "GET"): Request {
  // What no Request of ours could be made with, Bun's server still hands over.
  const made = new Request(`http://gw.test${path}`, host === null ? {} : { headers: { host } });
  return method === "GET" ? made : Object.defineProperty(made, "method", { value: method });
}

function refusalOf(run: () => unknown): GatewayError {
  try {
    run();
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error("wanted a refusal, got none");
}

describe("the method", () => {
  test.each(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("%s gets in", (method) => {
    expect(admit(request("/a", "a", method))).toEqual({ path: "/a", query: "" });
  });

  test.each(["TRACE", "CONNECT", "PROPFIND", "get", "", "__proto__"])(
    "%p does not, and Allow names those that do",
    (method) => {
      const error = refusalOf(() => admit(request("/a", "a", method)));
      expect(error.code).toBe("METHOD_NOT_ALLOWED");
      expect(error.headers).toEqual({ allow: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" });
    },
  );
});

describe("the Host header", () => {
  test.each([
    "a",
    "gw.test",
    "gw.test.",
    "GW.TEST:8000",
    "a:0",
    "a:65535",
    "127.0.0.1:80",
    "[::1]",
    "[2001:db8::1]:443",
    "[::ffff:1.2.3.4]",
    "under_score",
    "a".repeat(253),
  ])("%s is well-formed", (host) => {
    expect(admit(request("/a", host))).toEqual({ path: "/a", query: "" });
  });

  test.each([
    null,
    "",
    "a, b",
    "a,b",
    "a b",
    "a/b",
    "u@a",
    "a?b",
    "a#b",
    "a\\b",
    "a%62",
    "a:",
    "a:b",
    "a:99999",
    "a:65536",
    "a:-1",
    "a:1:2",
    "[::1",
    "::1",
    "[::1]x",
    "[1.2.3.4]",
    "[:::1]",
    "[fe80::1%25eth0]",
    "[]",
    "a".repeat(254),
    "ä",
  ])("%p is refused, and not repeated in the answer", (host) => {
    const error = refusalOf(() => admit(request("/a", host)));
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.details).toEqual({ problems: [{ path: "host", message: "wanted one well-formed Host header" }] });
  });
});

describe("the path", () => {
  const canonical = (target: string) => parseTarget(`http://gw.test${target}`);

  test.each([
    ["/", "/"],
    ["/a/b/", "/a/b/"],
    ["/%61%2D%5f%7E%2e%30", "/a-_~.0"],
    ["/%c3%a4", "/%C3%A4"],
    ["/a%2bb%20c", "/a%2Bb%20c"],
    ["/a%3b%3a%40", "/a%3B%3A%40"],
    ["/%252e%252e/x", "/%252e%252e/x"],
    ["/a;v=1/b", "/a;v=1/b"],
    ["/...", "/..."],
    ["/.a/..b/c..", "/.a/..b/c.."],
    ["/ADMIN", "/ADMIN"],
    ["/!$&'()*+,=:@", "/!$&'()*+,=:@"],
  ])("%s has one spelling: %s", (sent, path) => {
    expect(canonical(sent)).toEqual({ path, query: "" });
    // What comes out goes in again unchanged: there is no second step to get round.
    expect(canonical(path)).toEqual({ path, query: "" });
  });

  test.each([
    ["/a?b=/../%2f//&c", { path: "/a", query: "?b=/../%2f//&c" }],
    ["/a?", { path: "/a", query: "?" }],
    ["/%61?%61=%zz", { path: "/a", query: "?%61=%zz" }],
    ["/a?b?c", { path: "/a", query: "?b?c" }],
  ])("the query of %s stays as it is", (sent, target) => {
    expect(canonical(sent)).toEqual(target);
  });

  test.each([
    ["//admin", "wanted no empty segment"],
    ["/a//", "wanted no empty segment"],
    ["/..%2fadmin", "wanted no escaped slash, backslash or control character"],
    ["/admin%2F", "wanted no escaped slash, backslash or control character"],
    ["/%5cadmin", "wanted no escaped slash, backslash or control character"],
    ["/a%00", "wanted no escaped slash, backslash or control character"],
    ["/a%0d%0aSet-Cookie:x", "wanted no escaped slash, backslash or control character"],
    ["/a%1f", "wanted no escaped slash, backslash or control character"],
    ["/a%7F", "wanted no escaped slash, backslash or control character"],
    ["/..;/admin", "wanted no dot segment"],
    ["/a/..;x=1/admin", "wanted no dot segment"],
    ["/.;/admin", "wanted no dot segment"],
    ["/%2e%2e;/admin", "wanted no dot segment"],
    ["/..%3b/admin", "wanted no dot segment"],
    ["/.%2e%3B", "wanted no dot segment"],
    ["/%2e%2e/admin", "wanted no dot segment"],
    ["/%", "wanted two hexadecimal digits after each %"],
    ["/%4", "wanted two hexadecimal digits after each %"],
    ["/%zz", "wanted two hexadecimal digits after each %"],
    ["/%u002f", "wanted two hexadecimal digits after each %"],
    ["/%ff", "wanted UTF-8"],
    ["/%c0%ae", "wanted UTF-8"],
    ["/%c0%af", "wanted UTF-8"],
    ["/%ed%a0%80", "wanted UTF-8"],
    ["/%C3", "wanted UTF-8"],
    ["/%EF%BF%BD", "wanted UTF-8"],
    ["/a#b", "wanted no fragment"],
    ["/a?b#c", "wanted no fragment"],
  ])("%s is refused: %s", (sent, message) => {
    const error = refusalOf(() => canonical(sent));
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.details).toEqual({ problems: [{ path: "path", message }] });
  });

  test.each(["/a", "", "*", "http://gw.test", "ftp://gw.test/a"])("%p is no absolute URL with a path", (url) => {
    expect(refusalOf(() => parseTarget(url)).details).toEqual({
      problems: [{ path: "path", message: "wanted an absolute path" }],
    });
  });
});

test("whatever 20,000 random paths are made of: refused, or forwarded exactly as it was decided", () => {
  const random = createRandom(7);
  const pieces = [
    "/",
    ".",
    "..",
    ";",
    "%2e",
    "%2F",
    "%5c",
    "%3b",
    "a",
    "%61",
    "%",
    "%00",
    "%c3%a4",
    "\\",
    "//",
    "?",
    "~",
    "%7e",
    "@",
    ":",
  ] as const;
  let admitted = 0;
  for (let index = 0; index < 20_000; index += 1) {
    const length = Math.floor(random() * 8);
    const sent = `/p/${Array.from({ length }, () => pick(random, pieces)).join("")}`;
    // As Bun does before a handler sees it.
    const url = new URL(sent, "http://gw.test").href;
    let target: { path: string; query: string };
    try {
      target = parseTarget(url);
    } catch (error) {
      expect(error).toBeInstanceOf(GatewayError);
      continue;
    }
    admitted += 1;
    // As fetch does when it is given the instance's URL.
    expect(new URL(`http://instance:1${target.path}`).pathname).toBe(target.path);
    expect(target.path).not.toMatch(/%2f|%5c|\/\/|\\|\/\.\.?(?:[;/]|%3b|$)/i);
  }
  expect(admitted).toBeGreaterThan(2000);
});
