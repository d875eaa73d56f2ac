import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Host } from "@isaas/gateway-sdk/plugin";
import type { FoundService } from "@isaas/gateway-sdk/services";
import { type InProcessGateway, startInProcess } from "../../support/in-process.ts";
import { plugin } from "../../pipeline/plugins.ts";
import { describe3, type MergedDocument, readMerged, route } from "./merge.ts";

const bill = { type: "object", required: ["total"], properties: { total: { type: "number" } } };
const description = describe3(
  {
    "/bills/{id}": {
      get: {
        operationId: "getBill",
        responses: {
          200: {
            description: "The bill",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Bill" } } },
          },
        },
      },
    },
  },
  { info: { title: "Billing", version: "3", description: "Who owes what." }, components: { schemas: { Bill: bill } } },
);

let gateway: InProcessGateway;
let host: Host;
let upstream: Bun.Server<undefined>;

function found(document: object | undefined): FoundService {
  const instance = { id: "one", url: upstream.url.origin, authority: undefined, weight: 1, open: true };
  const routes = [route({ path_prefix: "/api/v1/billing", auth_required: false, methods: ["GET"] })];
  return { routes, instances: [instance], lastCheck: () => null, document };
}

async function readDocument(): Promise<MergedDocument> {
  const response = await fetch(`${gateway.url}/swagger/json`);
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
  return await readMerged(await response.text());
}

beforeAll(async () => {
  upstream = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => Response.json({ total: 7, path: new URL(url).pathname }),
  });
  const finder = plugin("finder", {
    setup(lent) {
      host = lent;
      return { start: () => lent.services.publish("billing_service", found(description)) };
    },
  });
  gateway = await startInProcess({ plugins: [finder] });
});

afterAll(async () => {
  await gateway.stop();
  await upstream.stop(true);
});

describe("a live service that describes itself", () => {
  test("stands in the document beside the gateway's own endpoints", async () => {
    const { paths, components, tags } = await readDocument();
    expect(paths).toContainKeys(["/health", "/swagger/json"]);
    expect(paths["/api/v1/billing/bills/{id}"]?.["get"]).toEqual({
      tags: ["billing_service"],
      operationId: "billing_service_getBill",
      parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
      responses: {
        200: {
          description: "The bill",
          content: { "application/json": { schema: { $ref: "#/components/schemas/billing_service_Bill" } } },
        },
        default: { $ref: "#/components/responses/Error" },
      },
      security: [],
    });
    expect(components["schemas"]?.["billing_service_Bill"]).toEqual(bill);
    expect(tags).toContainEqual({ name: "billing_service", description: "Who owes what." });
  });

  test("answers where the document says", async () => {
    const path = Object.keys((await readDocument()).paths).find((one) => one.startsWith("/api/v1/billing"));
    const response = await fetch(gateway.url + path?.replace("{id}", "12"));
    expect(await response.json()).toEqual({ total: 7, path: "/bills/12" });
  });

  test("is gone from it when it is withdrawn, and back when it is published again", async () => {
    const billing = async () =>
      Object.keys((await readDocument()).paths).filter((path) => path.startsWith("/api/v1/billing"));
    host.services.withdraw("billing_service");
    expect(await billing()).toEqual([]);
    host.services.publish("billing_service", found(describe3({ "/new": { get: {} } })));
    expect(await billing()).toEqual(["/api/v1/billing/new"]);
    host.services.withdraw("billing_service");
    host.services.publish("billing_service", found(undefined));
    expect(await billing()).toEqual([]);
  });
});
