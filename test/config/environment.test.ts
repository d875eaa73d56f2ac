import { describe, expect, test } from "bun:test";
import { settingsFrom } from "./settings-from.ts";

const problemsOf = (environment: Record<string, string>) => settingsFrom({ environment }).problems;

describe("booleans", () => {
  test.each(["true", "TRUE", "True", "1"])("%s is true", (text) => {
    expect(settingsFrom({ environment: { DEBUG: text } }).settings.debug).toBe(true);
  });

  test.each(["false", "FALSE", "0"])("%s is false", (text) => {
    const { settings, problems } = settingsFrom({ environment: { DEBUG: text } });
    expect([settings.debug, problems]).toEqual([false, []]);
  });

  test.each(["yes", "on", "2", "constructor", "__proto__", "toString", "null"])("%s is refused", (text) => {
    expect(problemsOf({ DEBUG: text })).toEqual([`debug: wanted true or false, got "${text}" (DEBUG)`]);
  });
});

describe("numbers", () => {
  test.each([
    ["0", 0],
    ["65535", 65_535],
    ["08000", 8000],
    ["8000.0", 8000],
    ["-0", 0],
  ])("PORT=%s is %d", (text, port) => {
    const { settings, problems } = settingsFrom({ environment: { PORT: text } });
    expect(problems).toEqual([]);
    expect(settings.port + 0).toBe(port);
  });

  test.each([
    ["65536", "65536"],
    ["-1", "-1"],
    ["80.5", "80.5"],
    ["9".repeat(400), "Infinity"],
    ["1e3", '"1e3"'],
    ["0x50", '"0x50"'],
    ["NaN", '"NaN"'],
    ["Infinity", '"Infinity"'],
    ["8000/tcp", '"8000/tcp"'],
    [" 80", "a string of 3 characters"],
    ["80\n", "a string of 3 characters"],
    ["８０", "a string of 2 characters"],
  ])("PORT=%p is refused", (text, got) => {
    expect(problemsOf({ PORT: text })).toEqual([`port: wanted an integer from 0 to 65535, got ${got} (PORT)`]);
  });
});

describe("lists", () => {
  test("items are separated by commas, with or without spaces", () => {
    const { settings } = settingsFrom({ environment: { CORS_ORIGINS: "https://a.example , http://b.example:81,*" } });
    expect(settings.plugins["cors"]).toMatchObject({ cors_origins: ["https://a.example", "http://b.example:81", "*"] });
  });

  test("an empty item is refused, naming its place", () => {
    expect(problemsOf({ CORS_METHODS: "GET,,POST," })).toEqual([
      "cors_methods[1]: wanted a method such as GET, got an empty string (CORS_METHODS)",
      "cors_methods[3]: wanted a method such as GET, got an empty string (CORS_METHODS)",
    ]);
  });

  test("each wrong network is named", () => {
    expect(problemsOf({ TRUSTED_PROXIES: "10.0.0.0/8,10.0.0.0/33,::1,fd00::/129,proxy" })).toEqual([
      'trusted_proxies[1]: wanted an address or a CIDR block such as 10.0.0.0/8, got "10.0.0.0/33" (TRUSTED_PROXIES)',
      "trusted_proxies[3]: wanted an address or a CIDR block such as 10.0.0.0/8, got a string of 10 characters (TRUSTED_PROXIES)",
      'trusted_proxies[4]: wanted an address or a CIDR block such as 10.0.0.0/8, got "proxy" (TRUSTED_PROXIES)',
    ]);
  });
});

describe("strangers", () => {
  test("an empty variable counts as unset", () => {
    const environment = { PORT: "", DEBUG: "", CORS_METHODS: "", CONTEXT_SERVICE_URL: "" };
    const { settings, problems } = settingsFrom({ environment });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ port: 8000, debug: false, services: [] });
  });

  test("names that are no settings are left alone, also those of later versions", () => {
    const environment = {
      TLS_CERT: "x",
      PLUGINS_DIR: "x",
      HOSTNAME: "\u0000",
      __proto__x: "1",
    };
    expect(problemsOf(environment)).toEqual([]);
  });

  test("a name in another case is a stranger", () => {
    expect(problemsOf({ port: "x", Port: "x", context_service_url: "x", Context_Service_Url: "x" })).toEqual([]);
  });

  test("a setting that one line cannot hold is not read: ROUTES belongs to somebody else", () => {
    expect(problemsOf({ ROUTES: "[]" })).toEqual([]);
  });
});

test("a flag is typed as its setting is, and named with its dashes", () => {
  expect(settingsFrom({ flags: { port: "0", host: "::1" } }).settings).toMatchObject({ port: 0, host: "::1" });
  expect(settingsFrom({ flags: { port: "many", host: "a b" } }).problems).toEqual([
    "host: wanted an address or a host name, got a string of 3 characters (--host)",
    'port: wanted an integer from 0 to 65535, got "many" (--port)',
  ]);
});
