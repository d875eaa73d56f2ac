import { describe, expect, test } from "bun:test";
import { good, marker, problemsOf, route } from "./registrations.ts";

/** Short enough for the title of a test. */
const labelOf = (value: unknown) => JSON.stringify(value).slice(0, 60);

const pathsOf = async (body: unknown) => (await problemsOf(body)).map(({ path }) => path);

describe("a field with a wrong value is named, and the value is not shown:", () => {
  const wrongTypes = [null, true, [], [marker], { [marker]: marker }, { toString: marker }];
  const values: Readonly<Record<string, readonly unknown[]>> = {
    service_name: [marker.toUpperCase(), `9${marker}`, `${marker}-a`, "", "a".repeat(65), `${marker}\n`, "ä", 7],
    instance_id: [`${marker}/x`, `.${marker}`, "", "a".repeat(65), `${marker} `, `${marker}\n`, "..", 7],
    host: [
      "",
      "a".repeat(254),
      `${"a".repeat(64)}.${marker}`,
      `http://${marker}`,
      `${marker}/x`,
      `${marker}:80`,
      `user@${marker}`,
      `${marker}?`,
      `${marker}#`,
      `${marker} a`,
      `${marker}\r\nx: y`,
      `-${marker}`,
      `${marker}-`,
      `${marker}..a`,
      `.${marker}`,
      `${marker}%lo`,
      `*.${marker}`,
      [
        "127.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.01",
        "10.0.0.256",
        "1.2.3.4.5",
        "1.2.3",
      ],
      ["127.0.0.1.", "[::1]", "::1%lo", ":::", "1::2::3", "::ffff:10.0.0.256", "12345::", "1:2", ":", "a.1", "a.0x1"],
      7,
    ].flat(),
    port: [0, -1, 65_536, 1.5, "80", marker, 1e100],
    check_endpoint: [
      "",
      marker,
      `//${marker}/x`,
      `/\\${marker}`,
      `/a#${marker}`,
      `/a ${marker}`,
      `/a\r\n${marker}: y`,
      `/a\\${marker}`,
      `http://${marker}/`,
      `/${"a".repeat(512)}`,
      "/ä",
      7,
    ],
    check_interval: [0, 0.99, 3600.1, -1, "30", marker],
    metadata: [marker, 7, Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`${marker}${index}`, 1]))],
    version: ["", "v".repeat(65), 7],
    weight: [0, 1001, 1.5, "1", marker],
    lease_seconds: [2, 3601, 3.5, "30", marker],
    openapi: ["", marker, `//${marker}`, `http://${marker}/`, `/${"a".repeat(512)}`, { paths: marker }, 7],
    routes: [marker, 7, Array.from({ length: 101 }, () => ({ path_prefix: `/${marker}` }))],
  };

  test.each(
    Object.entries(values).flatMap(([field, wrong]) =>
      [...wrong, ...wrongTypes.filter((value) => field !== "metadata" || typeof value !== "object" || value === null)]
        .filter((value) => !(field === "routes" && Array.isArray(value) && value[0] === marker))
        .map((value) => [field, labelOf(value), value] as const),
    ),
  )("%s: %s", async (field, _, value) => {
    expect(await pathsOf({ ...good, [field]: value })).toEqual([field]);
  });

  const routeValues: Readonly<Record<string, readonly unknown[]>> = {
    path_prefix: [
      "",
      "/",
      marker,
      `/api/v1/${marker}/`,
      `/api/v1//${marker}`,
      `/api/v1/../${marker}`,
      `/api/v1/./${marker}`,
      `/api/v1/%2e/${marker}`,
      `/api/v1/${marker}?a`,
      `/api/v1/${marker} `,
      `/api/v1/${marker}\n`,
      `/api/v1/{${marker}}`,
      `/api/v1/*${marker}`,
      `/api/v1/${"a".repeat(256)}`,
      `/${marker}`,
      `/api/v2/${marker}`,
      `/api/v1x/${marker}`,
      "/api/v1",
      "/API/V1/a",
      7,
    ],
    methods: [[], marker, { 0: "GET" }, ["GET", "GET"], 7],
    strip_prefix: ["true", 1, marker],
    timeout: [0, -1, 3600.1, "30", marker],
    auth_required: ["false", 0, marker],
    rate_limit: ["false", 0, { [marker]: 1 }],
    circuit_breaker: ["false", 0, marker],
    balance: [marker, 7],
  };

  test.each(
    Object.entries(routeValues).flatMap(([field, wrong]) =>
      [...wrong, null].map((value) => [field, labelOf(value), value] as const),
    ),
  )("routes[1].%s: %s", async (field, _, value) => {
    const routes = [{ path_prefix: "/api/v1/ok" }, { ...route, [field]: value }];
    expect(await pathsOf({ ...good, routes })).toEqual([`routes[1].${field}`]);
  });

  test.each<[unknown, string]>([
    [["get"], "methods[0]"],
    [["GET", "TRACE"], "methods[1]"],
    [["GET", marker], "methods[1]"],
  ])("routes[0].methods: %j", async (methods, path) => {
    expect(await pathsOf({ ...good, routes: [{ ...route, methods }] })).toEqual([`routes[0].${path}`]);
  });

  const noObjects = [null, 7, true, marker, [], [marker]].map((value) => ({ value }));

  test.each(noObjects)("a route: %j", async ({ value }) => {
    expect(await pathsOf({ ...good, routes: [value] })).toEqual(["routes[0]"]);
  });

  test.each(noObjects)("the body: %j", async ({ value }) => {
    expect(await pathsOf(value)).toEqual(["body"]);
  });
});
