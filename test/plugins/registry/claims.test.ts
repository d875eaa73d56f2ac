import { describe, expect, test } from "bun:test";
import { coreServices, reservedSegments, routeMethods } from "@isaas/gateway-sdk/contract";
import {
  outsideProblems,
  refuseDisagreement,
  refuseTaken,
  repeatedProblems,
} from "../../../plugins/registry/claims.ts";
import { reservedPrefixes } from "../../../src/routing/plan.ts";
import { createRandom, pick } from "../../support/random.ts";
import { apiPrefix, toRoute } from "./parts.ts";
import { thrownBy } from "./thrown.ts";

const reserved = reservedPrefixes(apiPrefix, ["/health", `${apiPrefix}/status`]);
const billing = { name: "billing_service", routes: [toRoute("/api/v1/billing/eu")] };

/** Who keeps this service from answering there; undefined when nobody does. */
async function ownerOf(service: string, ...prefixes: string[]): Promise<unknown> {
  const routes = prefixes.map((prefix) => toRoute(prefix));
  try {
    refuseTaken(service, routes, [billing], reserved, apiPrefix);
    return undefined;
  } catch {
    const error = await thrownBy(() => refuseTaken(service, routes, [billing], reserved, apiPrefix));
    expect([error.code, error.status]).toEqual(["CONFLICT", 409]);
    for (const prefix of prefixes) expect(error.message).not.toContain(prefix);
    return error.details["owner"];
  }
}

describe("a prefix of another service", () => {
  test.each(["/api/v1/billing/eu", "/api/v1/billing/eu/paid", "/api/v1/billing/eu/a/b/c", "/api/v1/billing"])(
    "keeps others from %s: on, below and above it",
    async (prefix) => {
      expect(await ownerOf("thief_service", prefix)).toBe("billing_service");
      expect(await ownerOf("thief_service", "/api/v1/thief", prefix)).toBe("billing_service");
    },
  );

  test.each(["/api/v1/billing/us", "/api/v1/billing/europe", "/api/v1/bill", "/api/v1/billing-eu", "/api/v1/b"])(
    "leaves %s to others: segments are whole",
    async (prefix) => {
      expect(await ownerOf("other_service", prefix)).toBeUndefined();
    },
  );

  test("is no hindrance to itself", async () => {
    expect(await ownerOf("billing_service", "/api/v1/billing/eu/paid", "/api/v1/billing")).toBeUndefined();
  });
});

describe("a prefix of the gateway", () => {
  test.each(reservedSegments.flatMap((segment) => [`${apiPrefix}/${segment}`, `${apiPrefix}/${segment}/x/y`]))(
    "%s is nobody else's",
    async (prefix) => {
      expect(await ownerOf("thief_service", prefix)).toBe("gateway");
    },
  );

  test("is not for a service that is called gateway either", async () => {
    expect(await ownerOf("gateway", `${apiPrefix}/auth`)).toBe("gateway");
    expect(await ownerOf("gateway", `${apiPrefix}/services/billing_service/instances`)).toBe("gateway");
    expect(await ownerOf("gateway", `${apiPrefix}/gateway`)).toBeUndefined();
  });

  test("may be an endpoint of a plugin, which is not to be covered from above or below", async () => {
    expect(await ownerOf("thief_service", `${apiPrefix}/status`)).toBe("gateway");
    expect(await ownerOf("thief_service", `${apiPrefix}/status/all`)).toBe("gateway");
    expect(await ownerOf("thief_service", `${apiPrefix}/statuses`)).toBeUndefined();
  });
});

describe("the prefix of a core service", () => {
  const core = Object.entries(coreServices).map(([name, { segment }]) => [name, `${apiPrefix}/${segment}`] as const);

  test.each(core)("of %s is kept for it while it is away", async (name, prefix) => {
    for (const asked of [prefix, `${prefix}/x`]) {
      expect(await ownerOf("thief_service", asked)).toBe(name);
      expect(await ownerOf(name, asked)).toBeUndefined();
    }
    expect(await ownerOf("thief_service", `${prefix}s`)).toBeUndefined();
  });

  test("is not for another core service", async () => {
    expect(await ownerOf("intent_service", "/api/v1/context")).toBe("context_service");
  });
});

test("below another API prefix, core prefixes move along", async () => {
  const routes = [toRoute("/v2/context")];
  const error = await thrownBy(() => refuseTaken("thief_service", routes, [], [], "/v2"));
  expect(error.details).toEqual({ owner: "context_service" });
  expect(() => refuseTaken("thief_service", routes, [], [], "/v3")).not.toThrow();
});

describe("outside the API prefix lies", () => {
  test.each(["/billing", "/api", "/api/v1", "/api/v1x/billing", "/api/v2/billing", "/health"])("%s", (prefix) => {
    const problems = outsideProblems(apiPrefix, [toRoute("/api/v1/ok"), toRoute(prefix)]);
    expect(problems).toEqual([{ path: "routes[1].path_prefix", message: "wanted a path below /api/v1/" }]);
  });

  test("nothing that begins with it", () => {
    expect(outsideProblems(apiPrefix, [toRoute("/api/v1/a"), toRoute("/api/v1/a/b")])).toEqual([]);
  });
});

describe("the same method of the same prefix", () => {
  const repeated = (...methods: string[][]) =>
    repeatedProblems(methods.map((some) => toRoute("/api/v1/a", { methods: some }))).map(({ path }) => path);

  test("is claimed once", () => {
    expect(repeated(["GET"], ["POST", "PUT"], ["DELETE"])).toEqual([]);
    expect(repeated(["GET"], ["POST", "GET"])).toEqual(["routes[1].methods"]);
    expect(repeated(["PUT"], ["GET"], ["PUT"], ["PUT"])).toEqual(["routes[2].methods", "routes[3].methods"]);
  });

  test("is HEAD, too, where GET is", () => {
    expect(repeated(["GET"], ["HEAD"])).toEqual(["routes[1].methods"]);
    expect(repeated(["HEAD"], ["GET"])).toEqual(["routes[1].methods"]);
    expect(repeated(["GET", "HEAD"])).toEqual([]);
  });

  test("is one of the default ones where a route names none", () => {
    const none = { path_prefix: "/api/v1/a", strip_prefix: true, timeout: 30 } as never;
    expect(repeatedProblems([none, toRoute("/api/v1/a", { methods: ["PATCH"] })])).toHaveLength(1);
    expect(repeatedProblems([none, toRoute("/api/v1/a", { methods: ["WEBSOCKET"] })])).toEqual([]);
  });

  test("may be claimed at another prefix", () => {
    expect(repeatedProblems([toRoute("/api/v1/a"), toRoute("/api/v1/a/b"), toRoute("/api/v1/b")])).toEqual([]);
  });
});

describe("routes agree", () => {
  const live = [
    toRoute("/api/v1/a", { methods: ["GET", "POST"], stamp: { ink: "red", rows: [{ a: 1, b: 2 }] } }),
    toRoute("/api/v1/b", { methods: ["PUT"], timeout: 5 }),
  ];
  const agrees = (routes: typeof live) => expect(() => refuseDisagreement("a_service", routes, live)).not.toThrow();

  test("whatever the order of routes, methods and keys, deep within as well", () => {
    const turned = [
      Object.fromEntries(Object.entries(live[1] ?? {}).toReversed()),
      { stamp: { rows: [{ b: 2, a: 1 }], ink: "red" }, ...toRoute("/api/v1/a", { methods: ["POST", "GET"] }) },
    ] as typeof live;
    agrees(turned);
  });

  test("whether or not they say what is so anyway", () => {
    const [first, second] = live;
    if (first === undefined || second === undefined) throw new Error("no routes");
    agrees([{ ...first, balance: { policy: "least_loaded", hash_on: "client_address" } }, second]);
    agrees([{ ...first, methods: ["GET", "HEAD", "POST"] }, second]);
    const scoped = toRoute("/api/v1/a", { scopes: ["b", "a"] });
    refuseDisagreement("a_service", [{ ...scoped, scopes: ["a", "b"] }], [scoped]);
  });

  const random = createRandom(7);
  test("in 300 random orders", () => {
    for (let index = 0; index < 300; index += 1) {
      const some = routeMethods.filter((method) => method !== "HEAD" && random() < 0.5);
      const routes = ["a", "b", "c"].map((name) =>
        toRoute(`/api/v1/${name}`, { methods: some.length === 0 ? ["GET"] : some, timeout: pick(random, [1, 2, 3]) }),
      );
      const shuffle = <T>(list: readonly T[]): T[] =>
        list
          .map((item) => [random(), item] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, item]) => item);
      const turn = (route: (typeof routes)[number]): typeof route => {
        const turned = { ...route, methods: shuffle(route.methods ?? []) };
        return Object.fromEntries(shuffle(Object.entries(turned))) as typeof route;
      };
      const shuffled = shuffle(routes).map(turn);
      expect(() => refuseDisagreement("a_service", shuffled, routes)).not.toThrow();
      const [one, ...others] = shuffled;
      if (one === undefined) throw new Error("no route");
      expect(() => refuseDisagreement("a_service", [{ ...one, timeout: 9 }, ...others], routes)).toThrow();
    }
  });
});

describe("routes disagree when one of them", () => {
  const live = [toRoute("/api/v1/a", { methods: ["GET"] })];

  test.each<[string, object]>([
    ["has another prefix", { path_prefix: "/api/v1/b" }],
    ["has one more method", { methods: ["GET", "POST"] }],
    ["has another method", { methods: ["POST"] }],
    ["needs no token", { auth_required: false }],
    ["has no limit", { rate_limit: false }],
    ["has no breaker", { circuit_breaker: false }],
    ["waits longer", { timeout: 31 }],
    ["keeps its prefix", { strip_prefix: false }],
    ["is balanced otherwise", { balance: { policy: "round_robin", hash_on: "client_address" } }],
    ["says more to a plugin", { stamp: {} }],
  ])("%s", async (_, more) => {
    const routes = [{ ...toRoute("/api/v1/a", { methods: ["GET"] }), ...more }];
    const error = await thrownBy(() => refuseDisagreement("a_service", routes, live));
    expect([error.code, error.details]).toEqual(["CONFLICT", { owner: "a_service" }]);
  });

  test("is missing, or is there twice", async () => {
    expect((await thrownBy(() => refuseDisagreement("a_service", [], live))).code).toBe("CONFLICT");
    expect((await thrownBy(() => refuseDisagreement("a_service", [...live, ...live], live))).code).toBe("CONFLICT");
  });

  test("lists the same to a plugin in another order: a list has one", async () => {
    const [first] = live;
    if (first === undefined) throw new Error("no route");
    const error = await thrownBy(() =>
      refuseDisagreement("a_service", [{ ...first, stamp: ["a", "b"] }], [{ ...first, stamp: ["b", "a"] }]),
    );
    expect(error.code).toBe("CONFLICT");
  });
});
