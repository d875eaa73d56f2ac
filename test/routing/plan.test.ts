import { describe, expect, test } from "bun:test";
import { balanceSchema, coreServices, defaultMethods, policies, reservedSegments } from "@isaas/gateway-sdk/contract";
import { Default } from "typebox/value";
import { defaultBalance, planRoutes } from "../../src/routing/plan.ts";
import { readSettings, routeSetting } from "../support/in-process.ts";

const url = "http://127.0.0.1:9";

describe("a service that no route names", () => {
  test("gets one route, below the API prefix, with everything switched on", () => {
    const { routes, problems } = planRoutes(readSettings({ environment: { BILLING_SERVICE_URL: url } }), []);
    expect(problems).toEqual([]);
    expect(routes).toEqual([
      {
        pathPrefix: "/api/v1/billing",
        methods: defaultMethods,
        service: "billing_service",
        stripPrefix: true,
        timeoutMs: 30_000,
        retries: 2,
        retryUnsafe: false,
        policies: new Set(policies),
        balance: { policy: "least_loaded", hash_on: "client_address" },
        plugins: {},
      },
    ]);
  });

  test.each([
    ["LONG_TERM_PLAN_SERVICE_URL", "/api/v1/long-term-plan", "long_term_plan_service"],
    ["PREDICTION_SERVICE_URL", "/api/v1/predict", "prediction_service"],
    ["PREDICT_SERVICE_URL", "/api/v1/predict", "predict_service"],
  ])("%s serves %s as %s", (name, pathPrefix, service) => {
    const { routes } = planRoutes(readSettings({ environment: { [name]: url } }), []);
    expect(routes).toMatchObject([{ pathPrefix, service }]);
  });

  test("stands below the prefix that the settings name", () => {
    const environment = { BILLING_SERVICE_URL: url, API_V1_PREFIX: "/v2/api" };
    expect(planRoutes(readSettings({ environment }), []).routes).toMatchObject([{ pathPrefix: "/v2/api/billing" }]);
  });

  test.each(Object.entries(coreServices))("%s has the methods and policies of the core table", (service, core) => {
    const environment = { [`${service.toUpperCase()}_URL`]: url };
    expect(planRoutes(readSettings({ environment }), []).routes).toMatchObject([
      { service, pathPrefix: `/api/v1/${core.segment}`, methods: core.methods, policies: new Set(core.policies) },
    ]);
  });

  test("serves WEBSOCKET only where the core table says so", () => {
    expect(defaultMethods).not.toContain("WEBSOCKET");
    expect(Object.values(coreServices).filter(({ methods }) => methods.includes("WEBSOCKET"))).toHaveLength(1);
    expect(coreServices["realtime_service"]?.policies).not.toContain("circuit_breaker");
  });
});

describe("a service that routes name", () => {
  test("has exactly these routes, and no default one", () => {
    const environment = { BILLING_SERVICE_URL: url, STOCK_SERVICE_URL: url };
    const routes = [
      routeSetting({ service: "billing_service", path_prefix: "/shop/bills", methods: ["GET"] }),
      routeSetting({ service: "billing_service", path_prefix: "/shop/invoices", strip_prefix: false, timeout: 0.5 }),
    ];
    const planned = planRoutes(readSettings({ environment, routes }), []);
    expect(planned.problems).toEqual([]);
    expect(planned.routes).toMatchObject([
      { pathPrefix: "/shop/bills", methods: ["GET"], stripPrefix: true, timeoutMs: 30_000 },
      { pathPrefix: "/shop/invoices", methods: defaultMethods, stripPrefix: false, timeoutMs: 500 },
      { pathPrefix: "/api/v1/stock", service: "stock_service" },
    ]);
  });

  test("a policy that the route switches off is off", () => {
    const routes = [routeSetting({ service: "billing_service", path_prefix: "/b", rate_limit: false })];
    const [route] = planRoutes(readSettings({ routes }), []).routes;
    expect(route?.policies).toEqual(new Set(["circuit_breaker"]));
  });

  test("a core service keeps its methods when the route names none", () => {
    const routes = [routeSetting({ service: "realtime_service", path_prefix: "/live" })];
    expect(planRoutes(readSettings({ routes }), []).routes).toMatchObject([{ methods: ["GET", "POST", "WEBSOCKET"] }]);
  });

  test("spreads requests as it says, and as the contract says when it says nothing", () => {
    const balance = { policy: "consistent_hash", hash_on: "cookie:sid" } as const;
    const routes = [
      routeSetting({ service: "billing_service", path_prefix: "/a", balance }),
      routeSetting({ service: "billing_service", path_prefix: "/b" }),
    ];
    expect(planRoutes(readSettings({ routes }), []).routes).toMatchObject([{ balance }, { balance: defaultBalance }]);
    expect(Default(balanceSchema, {})).toEqual(defaultBalance);
  });

  test("what it says to plugins goes on to them", () => {
    const routes = [
      routeSetting({ service: "billing_service", path_prefix: "/b", plugins: { stamp: { ink: "red" } } }),
    ];
    expect(planRoutes(readSettings({ routes }), []).routes).toMatchObject([{ plugins: { stamp: { ink: "red" } } }]);
  });
});

describe("a route is refused", () => {
  const own = ["/health", "/health/live", "/swagger"];
  const problemsOf = (path_prefix: string) =>
    planRoutes(readSettings({ routes: [routeSetting({ service: "billing_service", path_prefix })] }), own).problems;

  test.each([
    ["/health", "/health"],
    ["/health/live", "/health"],
    ["/swagger/mine", "/swagger"],
    ...reservedSegments.map((segment) => [`/api/v1/${segment}`, `/api/v1/${segment}`] as const),
    ["/api/v1/services/x", "/api/v1/services"],
  ])("at %s, which is the gateway's own", (prefix, owner) => {
    expect(problemsOf(prefix)).toEqual([
      {
        path: "routes[0].path_prefix",
        wanted: "a prefix outside the gateway's own",
        got: `${prefix}, below ${owner}`,
        source: "routes",
      },
    ]);
  });

  test.each(["/healthy", "/api/v1/authors", "/api/v1", "/api/v2/auth"])(
    "but not at %s, which only looks like it",
    (prefix) => {
      expect(problemsOf(prefix)).toEqual([]);
    },
  );

  test("where another one serves one of its methods already", () => {
    const routes = [
      routeSetting({ service: "billing_service", path_prefix: "/b", methods: ["GET", "POST"] }),
      routeSetting({ service: "stock_service", path_prefix: "/b", methods: ["PUT", "POST"] }),
    ];
    expect(planRoutes(readSettings({ routes }), []).problems).toEqual([
      {
        path: "routes[1].path_prefix",
        wanted: "each method of a prefix served once",
        got: "a second POST at /b",
        source: "routes",
      },
    ]);
  });

  test("when it is a service's default one, with the setting that asked for it", () => {
    const environment = { PREDICTION_SERVICE_URL: url, PREDICT_SERVICE_URL: url };
    const { problems } = planRoutes(readSettings({ environment }), []);
    expect(problems).toMatchObject([
      { path: "predict_service_url", got: "a second GET, HEAD, POST at /api/v1/predict" },
    ]);
  });

  test("together with all others that have to be: nobody fixes them one start at a time", () => {
    const routes = ["/health", "/b", "/b", "/swagger"].map((path_prefix) =>
      routeSetting({ service: "x_service", path_prefix }),
    );
    const { problems } = planRoutes(readSettings({ routes }), own);
    expect(problems.map(({ path }) => path)).toEqual([
      "routes[0].path_prefix",
      "routes[2].path_prefix",
      "routes[3].path_prefix",
    ]);
  });
});
