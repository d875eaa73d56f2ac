import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createRegistryClient, type Sent } from "../support/registry-client.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { asAdmin } from "../support/token.ts";

setDefaultTimeout(20_000);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ FIXED_SERVICE_URL: "http://127.0.0.1:9", SLOW_START_SECONDS: "0" });
});
afterAll(() => scene.close());

let lastPort = 20_000;
/** A registration of an instance that nobody listens at. */
const body = (service: string, rest: Sent = {}): Sent => {
  lastPort += 1;
  return { service_name: `${service}_service`, host: "127.0.0.1", port: lastPort, ...rest };
};
const at = (...prefixes: string[]) => ({ routes: prefixes.map((prefix) => ({ path_prefix: `/api/v1/${prefix}` })) });

const pathIn = ({ text }: { readonly text: string }) => /"path":"([^"]*)"/.exec(text)?.[1];

describe("routes of a registration", () => {
  test("are all served, each with its options", async () => {
    const { registry, gateway } = scene;
    const { port } = await scene.instance();
    const { routes } = await registry.bring({
      ...body("several", { port }),
      routes: [
        { path_prefix: "/api/v1/one" },
        { path_prefix: "/api/v1/two", methods: ["POST"], strip_prefix: false, timeout: 1 },
        { path_prefix: "/api/v1/one/deep", strip_prefix: false },
      ],
    });
    expect(routes.map(({ path_prefix: prefix, strip_prefix: strips, timeout }) => [prefix, strips, timeout])).toEqual([
      ["/api/v1/one", true, 30],
      ["/api/v1/two", false, 1],
      ["/api/v1/one/deep", false, 30],
    ]);
    expect(pathIn(await scene.get("/one/x"))).toBe("/x");
    expect(pathIn(await scene.get("/one/deep/x"))).toBe("/api/v1/one/deep/x");
    expect((await scene.get("/ones")).status).toBe(404);
    const refused = await fetch(`${gateway.url}/api/v1/two/x`, { headers: asAdmin() });
    expect([refused.status, refused.headers.get("allow")]).toEqual([405, "POST"]);
    const late = await fetch(`${gateway.url}/api/v1/two/x`, { method: "POST", headers: asAdmin() });
    expect(pathIn({ text: await late.text() })).toBe("/api/v1/two/x");
  });

  test("may split one prefix by method", async () => {
    const { port } = await scene.instance();
    await scene.registry.bring({
      ...body("split", { port }),
      routes: [
        { path_prefix: "/api/v1/split", methods: ["GET"], strip_prefix: false },
        { path_prefix: "/api/v1/split", methods: ["POST"] },
      ],
    });
    expect(pathIn(await scene.get("/split/x"))).toBe("/api/v1/split/x");
    const posted = await fetch(`${scene.gateway.url}/api/v1/split/x`, { method: "POST", headers: asAdmin() });
    expect(pathIn({ text: await posted.text() })).toBe("/x");
  });

  test("that are left out are one at the service's name", async () => {
    for (const [service, prefix] of [
      ["billing_eu", "/api/v1/billing-eu"],
      ["plain", "/api/v1/plain"],
    ] as const) {
      const { body: answer } = await scene.registry.register(body(service));
      expect(answer.routes.map(({ path_prefix: at, methods }) => [at, methods])).toEqual([
        [prefix, ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]],
      ]);
    }
  });

  test("balance as they say", async () => {
    const { registry } = scene;
    const [a, b, c] = await Promise.all(["a", "b", "c"].map((name) => scene.instance(name)));
    const routes = [
      { path_prefix: "/api/v1/turns", balance: { policy: "round_robin" } },
      { path_prefix: "/api/v1/weighted", balance: { policy: "weighted" } },
      { path_prefix: "/api/v1/sticky", balance: { policy: "consistent_hash", hash_on: "header:X-Customer" } },
    ];
    for (const [weight, instance] of [a, b, c].entries()) {
      await registry.bring({ ...body("balanced", { port: instance?.port, weight: weight + 1 }), routes });
    }
    const turns = [];
    for (let round = 0; round < 9; round += 1) turns.push((await scene.get("/turns/x")).by);
    expect(turns.slice(0, 3).toSorted()).toEqual(["a", "b", "c"]);
    expect(turns.slice(3, 6)).toEqual(turns.slice(0, 3));
    const shares: Record<string, number> = {};
    for (let round = 0; round < 60; round += 1) {
      const { by = "nobody" } = await scene.get("/weighted/x");
      shares[by] = (shares[by] ?? 0) + 1;
    }
    expect(shares).toEqual({ a: 10, b: 20, c: 30 });
    const askAs = (customer: number) =>
      fetch(`${scene.gateway.url}/api/v1/sticky/x`, { headers: { "x-customer": `${customer}`, ...asAdmin() } }).then(
        (answer) => answer.text(),
      );
    for (let customer = 0; customer < 8; customer += 1) expect(await askAs(customer)).toBe(await askAs(customer));
  });
});

describe("a core service", () => {
  test.each([
    ["context", "/api/v1/context", ["GET", "POST"], true],
    ["intent", "/api/v1/intent", ["GET", "POST"], true],
    ["prediction", "/api/v1/predict", ["GET", "POST"], true],
    ["realtime", "/api/v1/realtime", ["GET", "POST", "WEBSOCKET"], false],
  ])("%s_service has what the core table says", async (service, prefix, methods, breaker) => {
    const { body: answer } = await scene.registry.register(body(service));
    expect(answer.routes).toEqual([
      {
        path_prefix: prefix,
        methods: methods as never,
        strip_prefix: true,
        timeout: 30,
        retries: 2,
        retry_unsafe: false,
        auth_required: true,
        rate_limit: true,
        circuit_breaker: breaker,
      },
    ]);
    const route = { path_prefix: prefix };
    const named = await scene.registry.register({ ...body(service), routes: [route] });
    expect([named.status, named.body.routes]).toEqual([201, answer.routes]);
  });

  test.each([
    ["routes[0].auth_required", { auth_required: false }],
    ["routes[0].rate_limit", { rate_limit: false }],
    ["routes[0].circuit_breaker", { circuit_breaker: false }],
    ["routes[0].methods", { methods: ["GET", "DELETE"] }],
    ["routes[0].methods", { methods: ["WEBSOCKET"] }],
  ])("cannot loosen %s", async (path, part) => {
    const routes = [{ path_prefix: "/api/v1/context", ...part }];
    const { status, error } = await scene.registry.register({ ...body("context"), routes });
    expect([status, error?.details.problems?.map((problem) => problem.path)]).toEqual([400, [path]]);
  });

  test("may be stricter", async () => {
    const routes = [{ path_prefix: "/api/v1/realtime", circuit_breaker: true, methods: ["GET"] }];
    const { registry } = scene;
    for (const { instance_id: id } of (await registry.service("realtime_service")).body.instances) {
      await registry.remove("realtime_service", id);
    }
    expect((await registry.register({ ...body("realtime"), routes })).status).toBe(201);
  });

  test("keeps its prefix to itself, whether it is there or not", async () => {
    for (const prefix of ["context", "context/deep", "predict"]) {
      const { status, error } = await scene.registry.register(body("thief", at(prefix)));
      expect([status, error?.details.owner]).toEqual([
        409,
        prefix === "predict" ? "prediction_service" : "context_service",
      ]);
    }
  });
});

describe("a prefix is refused with its owner when it", () => {
  beforeAll(async () => {
    await scene.registry.register(body("owner", at("owned", "tree/branch")));
  });

  test.each<[string, string, owner: string]>([
    ["is another service's", "owned", "owner_service"],
    ["lies below another service's", "owned/deep", "owner_service"],
    ["lies above another service's", "tree", "owner_service"],
    ["is a static service's", "fixed", "fixed_service"],
    ["lies below a static service's", "fixed/x", "fixed_service"],
    ["is the gateway's own", "services", "gateway"],
    ["lies below the gateway's own", "services/x", "gateway"],
    ["is reserved for later: auth", "auth/token", "gateway"],
    ["is reserved for later: users", "users", "gateway"],
    ["is reserved for later: circuits", "circuits", "gateway"],
    ["is reserved for later: rate-limits", "rate-limits/x", "gateway"],
    ["is reserved for later: privacy", "privacy", "gateway"],
    ["is reserved for later: cache", "cache", "gateway"],
  ])("%s: %s", async (_what, prefix, owner) => {
    const { status, error } = await scene.registry.register(body("claimer", at("harmless", prefix)));
    expect([status, error?.code, error?.details.owner]).toEqual([409, "CONFLICT", owner]);
    expect((await scene.registry.service("claimer_service")).status).toBe(404);
    expect((await scene.get("/harmless")).status).toBe(404);
  });

  test("is the default one of a name that is taken", async () => {
    expect((await scene.registry.register(body("owned"))).error?.details.owner).toBe("owner_service");
  });

  test("is claimed by two services at the same moment: one of them gets it", async () => {
    const answers = await Promise.all(
      ["left", "right"].map((service) => scene.registry.register(body(service, at("between")))),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  test("but lies beside it, sharing only letters", async () => {
    expect((await scene.registry.register(body("beside", at("owned-too", "owne", "tree/branches")))).status).toBe(201);
  });
});

describe("instances of one service", () => {
  test("agree on its routes, or the later one is refused", async () => {
    const { registry } = scene;
    const first = await registry.register(body("agreed", at("agreed")));
    for (const other of [
      at("other"),
      at("agreed", "more"),
      { routes: [{ path_prefix: "/api/v1/agreed", timeout: 5 }] },
    ]) {
      const { status, error } = await registry.register(body("agreed", other));
      expect([status, error?.code, error?.details.owner]).toEqual([409, "CONFLICT", "agreed_service"]);
    }
    expect((await registry.register(body("agreed"))).body.routes).toEqual(first.body.routes);
    expect((await registry.service("agreed_service")).body.instances).toHaveLength(2);
  });

  test("may say the same routes in another order and with defaults written out", async () => {
    const { registry } = scene;
    await registry.register(body("same", at("same/a", "same/b")));
    const routes = [
      { path_prefix: "/api/v1/same/b", timeout: 30, balance: { policy: "least_loaded" } },
      {
        strip_prefix: true,
        path_prefix: "/api/v1/same/a",
        methods: ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"],
      },
    ];
    expect((await registry.register(body("same", { routes }))).status).toBe(201);
  });

  test("alone may change its routes by registering again, and the old ones are gone", async () => {
    const { registry } = scene;
    const instance = await scene.instance();
    const alone = body("alone", { port: instance.port });
    await registry.bring({ ...alone, ...at("before") });
    expect((await scene.get("/before")).status).toBe(200);
    expect((await registry.register({ ...alone, ...at("after") })).status).toBe(200);
    expect([(await scene.get("/before")).status, (await scene.get("/after")).status]).toEqual([404, 200]);
  });

  test("take their routes with them when the last one leaves, and bring them back", async () => {
    const { registry } = scene;
    const [one, two] = await Promise.all([scene.instance("one"), scene.instance("two")]);
    const first = await registry.bring(body("leaving", { port: one.port }));
    const second = await registry.bring(body("leaving", { port: two.port }));
    await registry.remove("leaving_service", first.instance_id);
    expect(await scene.get("/leaving")).toMatchObject({ status: 200, by: "two" });
    await registry.remove("leaving_service", second.instance_id);
    expect((await scene.get("/leaving")).status).toBe(404);
    await registry.bring(body("leaving", { port: one.port }));
    expect(await scene.get("/leaving")).toMatchObject({ status: 200, by: "one" });
  });

  test("leave their prefix to others when the last one has left", async () => {
    const { registry } = scene;
    const { instance_id: id } = (await registry.register(body("former", at("handed")))).body;
    expect((await registry.register(body("next", at("handed")))).status).toBe(409);
    await registry.remove("former_service", id);
    expect((await registry.register(body("next", at("handed")))).status).toBe(201);
  });
});

test("another API prefix moves default routes, claims and the registry itself", async () => {
  const elsewhere = await openScene({ API_V1_PREFIX: "/edge/v9" });
  const registry = createRegistryClient(elsewhere.gateway, "/edge/v9");
  const { body: answer } = await registry.register(body("context"));
  expect(answer.routes.map(({ path_prefix: prefix }) => prefix)).toEqual(["/edge/v9/context"]);
  expect((await registry.register(body("outside", at("outside")))).status).toBe(400);
  const thief = await registry.register(body("thief", { routes: [{ path_prefix: "/edge/v9/services" }] }));
  expect([thief.status, thief.error?.details.owner]).toEqual([409, "gateway"]);
  expect((await elsewhere.registry.list()).status).toBe(404);
  await elsewhere.close();
});
