import { describe, expect, test } from "bun:test";
import { settingsFrom } from "./settings-from.ts";

const wanted = "a URL such as http://host:8001 or dns://name:8001";
const servicesOf = (environment: Record<string, string>) => settingsFrom({ environment }).settings.services;
const urlsOf = (text: string) => settingsFrom({ environment: { A_SERVICE_URL: text } });

describe("names", () => {
  test.each([
    ["CONTEXT_SERVICE_URL", "context_service", "context"],
    ["PREDICTION_SERVICE_URL", "prediction_service", "predict"],
    ["BILLING_EU_SERVICE_URL", "billing_eu_service", "billing-eu"],
    ["B2_SERVICE_URL", "b2_service", "b2"],
    ["MY_AUTH_SERVICE_URL", "my_auth_service", "my-auth"],
  ])("%s is %s at %s", (variable, name, segment) => {
    expect(servicesOf({ [variable]: "http://a:1" })).toEqual([{ name, segment, urls: ["http://a:1"], names: [] }]);
  });

  test.each([
    "_SERVICE_URL",
    "SERVICE_URL",
    "9_SERVICE_URL",
    "A-B_SERVICE_URL",
    "É_SERVICE_URL",
    "A_SERVICE_URLS",
    "A_SERVICE_URL ",
  ])("%p is a stranger", (variable) => {
    expect(settingsFrom({ environment: { [variable]: "x" } })).toMatchObject({
      problems: [],
      settings: { services: [] },
    });
  });

  test.each(["USERS", "SERVICES", "CIRCUITS", "RATE_LIMITS", "PRIVACY", "CACHE"])("%s is reserved", (name) => {
    const { problems, settings } = settingsFrom({ environment: { [`${name}_SERVICE_URL`]: "http://a:1" } });
    expect(settings.services).toEqual([]);
    expect(problems).toEqual([
      `${name.toLowerCase()}_service_url: wanted a name that is not reserved for the gateway, got "${name.toLowerCase().replace("_", "-")}" (${name}_SERVICE_URL)`,
    ]);
  });

  test("AUTH_SERVICE_URL is no service of this kind: it makes no route", () => {
    expect(settingsFrom({ environment: { AUTH_SERVICE_URL: "http://a:1" } })).toMatchObject({
      problems: [],
      settings: { services: [] },
    });
    expect(settingsFrom({ file: { yaml: "auth_service_url: http://user:hunter2@a:1" } }).problems).toEqual([
      "auth_service_url: wanted a URL such as http://auth:8010/verify, got a string of 23 characters (gateway.yaml:1)",
    ]);
  });
});

describe("URLs", () => {
  test.each([
    ["http://a", "http://a"],
    ["http://a/", "http://a"],
    ["HTTP://A:80/", "http://a"],
    ["https://a:443", "https://a"],
    ["http://a:8001/base/path/", "http://a:8001/base/path"],
    ["http://a//", "http://a"],
    ["http://[::1]:8001", "http://[::1]:8001"],
    ["http://[2001:DB8::0001]", "http://[2001:db8::1]"],
    ["http://127.0.0.1:65535", "http://127.0.0.1:65535"],
    [" http://a\t", "http://a"],
  ])("%p is the instance %s", (text, url) => {
    const { settings, problems } = urlsOf(text);
    expect(problems).toEqual([]);
    expect(settings.services[0]?.urls).toEqual([url]);
  });

  test("several stand with commas between, with or without spaces", () => {
    expect(urlsOf("http://a:1 , https://b/x/,http://[::1]:3").settings.services[0]?.urls).toEqual([
      "http://a:1",
      "https://b/x",
      "http://[::1]:3",
    ]);
  });

  const scheme = "a text that does not begin with http://, https:// or dns://";
  test.each([
    ["context:8001", scheme],
    ["http:8080", scheme],
    ["//a:1", scheme],
    ["ftp://a", scheme],
    ["unix:/run/a.sock", scheme],
    ["javascript:alert(1)", scheme],
    ["http://", "a malformed URL"],
    ["http://a:65536", "a malformed URL"],
    ["http://a:0", "a malformed URL"],
    ["http://a b", "a malformed URL"],
    ["http://[::1", "a malformed URL"],
    ["http://user@a", "a URL with a user name or password"],
    ["http://:hunter2@a", "a URL with a user name or password"],
    ["http://user:hunter2@a", "a URL with a user name or password"],
    ["http://a?key=hunter2", "a URL with a query or fragment"],
    ["http://a#hunter2", "a URL with a query or fragment"],
    [" ", "nothing"],
  ])("%p is refused and not repeated", (text, got) => {
    const { settings, problems } = urlsOf(text);
    expect(settings.services).toEqual([]);
    expect(problems).toEqual([`a_service_url: wanted ${wanted}, got ${got} (A_SERVICE_URL)`]);
  });

  test("each wrong one of a list is named by its place", () => {
    expect(urlsOf("http://a:1,,http://u:hunter2@b,http://a:1/,ftp://c,").problems).toEqual([
      `a_service_url[1]: wanted ${wanted}, got nothing (A_SERVICE_URL)`,
      `a_service_url[2]: wanted ${wanted}, got a URL with a user name or password (A_SERVICE_URL)`,
      `a_service_url[3]: wanted ${wanted}, got an instance that is listed already (A_SERVICE_URL)`,
      `a_service_url[4]: wanted ${wanted}, got ${scheme} (A_SERVICE_URL)`,
      `a_service_url[5]: wanted ${wanted}, got nothing (A_SERVICE_URL)`,
    ]);
  });
});

describe("names of DNS", () => {
  const namesOf = (text: string) => urlsOf(text).settings.services[0]?.names;
  const base63 = "a".repeat(63);

  test.each([
    ["dns://context:8001", { name: "context", port: 8001, basePath: "" }],
    ["DNS://Context.Example:80/", { name: "context.example", port: 80, basePath: "" }],
    ["dns://context.service.consul", { name: "context.service.consul", port: undefined, basePath: "" }],
    ["dns://_http._tcp.a.svc/base/", { name: "_http._tcp.a.svc", port: undefined, basePath: "/base" }],
    ["dns://a.example.:1/b\\c/d e/", { name: "a.example.", port: 1, basePath: "/b/c/d%20e" }],
    [" dns://10.0.0.7:8001 ", { name: "10.0.0.7", port: 8001, basePath: "" }],
    ["dns://[FD00::7]:8001/x", { name: "fd00::7", port: 8001, basePath: "/x" }],
    [`dns://${base63}.${base63}.${base63}.${"a".repeat(61)}`, expect.objectContaining({ port: undefined })],
  ])("%p is a name", (text, name) => {
    expect(urlsOf(text).problems).toEqual([]);
    expect(namesOf(text)).toEqual([name]);
  });

  test("they stand among URLs, in their own list", () => {
    const { settings, problems } = urlsOf("http://a:1,dns://b:2,https://c,dns://b,dns://b:2/x");
    expect(problems).toEqual([]);
    expect(settings.services[0]?.urls).toEqual(["http://a:1", "https://c"]);
    expect(settings.services[0]?.names.map(({ name, port, basePath }) => [name, port, basePath])).toEqual([
      ["b", 2, ""],
      ["b", undefined, ""],
      ["b", 2, "/x"],
    ]);
  });

  const nameless = "a dns:// URL without a well-formed name";
  test.each([
    ["dns:context", "a text that does not begin with http://, https:// or dns://"],
    ["dns://", nameless],
    ["dns:///base", nameless],
    ["dns://:8001", "a malformed URL"],
    ["dns://a:0", "a malformed URL"],
    ["dns://a:65536", "a malformed URL"],
    ["dns://a b:1", "a malformed URL"],
    ["dns://[fd00::7:1", "a malformed URL"],
    ["dns://10.0.0.7", nameless],
    ["dns://[fd00::7]", nameless],
    ["dns://10.0.0.700:1", nameless],
    ["dns://a..b:1", nameless],
    ["dns://.a:1", nameless],
    ["dns://-a:1", nameless],
    ["dns://a%41:1", nameless],
    ["dns://é:1", nameless],
    ["dns://*.a:1", nameless],
    [`dns://${base63}a:1`, nameless],
    [`dns://${base63}.${base63}.${base63}.${base63}:1`, nameless],
    ["dns://user:hunter2@a:1", "a URL with a user name or password"],
    ["dns://a:1?key=hunter2", "a URL with a query or fragment"],
    ["dns://a:1#hunter2", "a URL with a query or fragment"],
  ])("%p is refused and not repeated", (text, got) => {
    const { settings, problems } = urlsOf(text);
    expect(settings.services).toEqual([]);
    expect(problems).toEqual([`a_service_url: wanted ${wanted}, got ${got} (A_SERVICE_URL)`]);
  });

  test("the same name twice is refused, however it is written", () => {
    expect(urlsOf("dns://a:1/x,dns://A:01/x/").problems).toEqual([
      `a_service_url[1]: wanted ${wanted}, got a name that is listed already (A_SERVICE_URL)`,
    ]);
  });
});

describe("in the file", () => {
  test("a list of URLs is several instances", () => {
    const { settings, problems } = settingsFrom({ file: { toml: 'a_service_url = ["http://a:1", "http://b:2"]' } });
    expect(problems).toEqual([]);
    expect(settings.services).toEqual([
      { name: "a_service", segment: "a", urls: ["http://a:1", "http://b:2"], names: [] },
    ]);
  });

  test.each([
    ["a_service_url: 8001", "got 8001"],
    ["a_service_url:", "got null"],
    ["a_service_url: []", "got an empty list"],
    ["a_service_url: {url: http://a}", "got settings by name"],
    ["a_service_url: [1]", "got 1"],
  ])("%s is refused", (yaml, got) => {
    expect(settingsFrom({ file: { yaml } }).problems).toEqual([
      `a_service_url: wanted ${wanted}, ${got} (gateway.yaml:1)`,
    ]);
  });

  test("the line of a wrong URL in a list is named", () => {
    expect(settingsFrom({ file: { yaml: "a_service_url:\n  - http://a\n  - a" } }).problems).toEqual([
      `a_service_url[1]: wanted ${wanted}, got a text that does not begin with http://, https:// or dns:// (gateway.yaml:3)`,
    ]);
  });
});
