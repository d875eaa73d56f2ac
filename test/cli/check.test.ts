import { describe, expect, test } from "bun:test";
import { runners } from "./runners.ts";
import { settingsDirectory } from "./settings-file.ts";

const directory = settingsDirectory();

describe.each(runners)("check by %s", (_, run) => {
  test("says that good settings are good, and how much there is", async () => {
    expect(await run(["check"], { A_SERVICE_URL: "http://a", B_SERVICE_URL: "http://b" })).toEqual({
      code: 0,
      stdout: "settings are good (static services: 2, routes: 2)\n",
      stderr: "",
    });
  });

  test("opens no port: one that is taken is good", async () => {
    const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    expect(await run(["check", "--port", String(taken.port)])).toMatchObject({ code: 0 });
    await taken.stop(true);
  });

  test("lists every problem of every source, one a line, with path, wanted, got and source", async () => {
    const path = directory.write(
      "every.yaml",
      `port: "80"
tls_cert: hunter2
routes:
  - service: a_service
    path_prefix: /a
    timeout: -1
    colour: blue
`,
    );
    const { code, stdout, stderr } = await run(["check", "--config", path, "--port", "x"], {
      LOG_LEVEL: "loud",
      TRUSTED_PROXIES: "nobody",
      USERS_SERVICE_URL: "http://a",
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.replaceAll(`${directory.path}/`, "").split("\n")).toEqual([
      "tls_cert: wanted a known setting, see docs/configuration.md, got an unknown name (every.yaml:2)",
      'port: wanted an integer from 0 to 65535, got "80" (every.yaml:1)',
      "routes[0].colour: wanted one of service, path_prefix, methods, strip_prefix, timeout, retries, retry_unsafe, auth_required, scopes, rate_limit, circuit_breaker, balance, auth, limits, breakers, got an unknown name (every.yaml:7)",
      "routes[0].timeout: wanted a number above 0, at most 3600, got -1 (every.yaml:6)",
      'users_service_url: wanted a name that is not reserved for the gateway, got "users" (USERS_SERVICE_URL)',
      'trusted_proxies[0]: wanted an address or a CIDR block such as 10.0.0.0/8, got "nobody" (TRUSTED_PROXIES)',
      'log_level: wanted one of trace, debug, info, warn, error, got "loud" (LOG_LEVEL)',
      'port: wanted an integer from 0 to 65535, got "x" (--port)',
      "",
    ]);
  });

  test("also those of rules, circuits and fallbacks", async () => {
    const path = directory.write(
      "rules.yaml",
      `limits:
  - { name: a, per_second: 1, burst: 1 }
  - { name: a, per_second: 1, burst: 1 }
circuits: { Bad: {} }
routes:
  - { service: a_service, path_prefix: /a, limits: { rules: [nope] } }
  - { service: b_service, path_prefix: /b, breakers: { fallback: { service: b_service } } }
  - { service: c_service, path_prefix: /c, breakers: { fallback: { service: other_service, on: [never] } } }
  - { service: d_service, path_prefix: /d, breakers: { fallback: { status: 200, headers: { Upgrade: hunter2 } } } }
  - { service: e_service, path_prefix: /e, breakers: { fallback: {} } }
`,
    );
    const { code, stderr } = await run(["check", "--config", path]);
    expect(code).toBe(1);
    const header = "a header name in lower case, none of those that say how an answer travels";
    expect(stderr.replaceAll(`${directory.path}/`, "").trim().split("\n").toSorted()).toEqual([
      "circuits.Bad: wanted a service name such as billing_service, got an unknown name (rules.yaml:4)",
      "limits[1].name: wanted each name once, got one that stands before (rules.yaml:3)",
      "routes[0].limits.rules[0]: wanted the name of one of the settings' limits, got another name (rules.yaml:6)",
      "routes[1].breakers.fallback.service: wanted another service than the route's own, got the same (rules.yaml:7)",
      'routes[2].breakers.fallback.on[0]: wanted one of open, unavailable, error, timeout, got "never" (rules.yaml:8)',
      `routes[3].breakers.fallback.headers.Upgrade: wanted ${header}, got an unknown name (rules.yaml:9)`,
      "routes[4].breakers.fallback: wanted on with service, or on with status, body and headers, got settings by name (rules.yaml:10)",
    ]);
  });

  test("finds routes that collide beside mistakes of other settings", async () => {
    const route = "{service: a_service, path_prefix: /a}";
    const path = directory.write("collision.yaml", `drain_seconds: -1\nroutes: [${route}, ${route}]`);
    const { code, stderr } = await run(["check", "--config", path]);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(/^drain_seconds: wanted /),
      expect.stringMatching(/^routes\[1\]\.path_prefix: wanted each method of a prefix served once, got /),
    ]);
  });

  test("does not tell of collisions when what routes depend on is wrong", async () => {
    const path = directory.write(
      "prefix.yaml",
      "api_v1_prefix: /v2/\nroutes: [{service: a_service, path_prefix: /api/v1/users}]",
    );
    const { code, stderr } = await run(["check", "--config", path]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^api_v1_prefix: wanted [^\n]*\n$/);
  });

  test("takes the file of --config, else that of CONFIG", async () => {
    const good = directory.write("good.toml", "port = 1");
    const bad = directory.write("bad.json", '{"port": "1"}');
    expect(await run(["check"], { CONFIG: bad })).toMatchObject({ code: 1 });
    expect(await run(["check", `--config=${good}`], { CONFIG: bad })).toMatchObject({ code: 0 });
    expect(await run(["check"], { CONFIG: "" })).toMatchObject({ code: 0 });
    expect((await run(["check"], { CONFIG: "nowhere.yaml" })).stderr).toBe(
      "config: wanted a readable file in UTF-8, got nowhere.yaml: no such file (CONFIG)\n",
    );
  });

  test("notes a service without any URL: its name may be misspelt", async () => {
    const path = directory.write(
      "misspelt.yaml",
      "billing_service_url: http://a\nroutes: [{service: biling_service, path_prefix: /a}]",
    );
    expect(await run(["check", "--config", path])).toEqual({
      code: 0,
      stdout:
        "note: no URL is set for biling_service: until an instance registers, its routes answer 503\nsettings are good (static services: 1, routes: 2)\n",
      stderr: "",
    });
  });
});
