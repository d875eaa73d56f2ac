import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Client, createClient } from "@isaas/gateway-sdk/client";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import type { Billing } from "./billing.ts";
import { billingServers } from "./billing-servers.ts";

const names = ["node", "express", "fastify", "hono"] as const;
type Name = (typeof names)[number];

let gateway: GatewayProcess;
let client: Client<Record<Name, Billing>>;
let servers: readonly Awaited<ReturnType<(typeof billingServers)[Name]>>[];

beforeAll(async () => {
  servers = await Promise.all(names.map((name) => billingServers[name]()));
  gateway = await startGateway(
    Object.fromEntries(
      names.map((name, index) => [`${name.toUpperCase()}_SERVICE_URL`, `http://127.0.0.1:${servers[index]?.port}`]),
    ),
  );
  client = createClient<Record<Name, Billing>>(gateway.url);
});
afterAll(async () => {
  await gateway.stop();
  for (const server of servers) await server.close();
});

describe.each(names)("a contract on %s, called with its types", (name) => {
  test("answers have them", async () => {
    const { data } = await client[name].bills({ id: 7 }).get();
    const total: number | undefined = data?.total;
    expect([total, data?.paid]).toEqual([7, true]);
    expect((await client[name].bills.latest.get()).data?.id).toBe(99);
    const made = await client[name].bills.post({ total: 3 }, { headers: { "x-tenant": "blue" } });
    expect([made.status, made.data]).toEqual([201, { id: 2, total: 3, paid: false }]);
  });

  test("so has an error of its own", async () => {
    const { error } = await client[name].bills({ id: 101 }).get();
    if (error?.code !== "SERVICE_ERROR") throw new Error(`got ${error?.code}`);
    expect([error.status, error.value.message]).toEqual([404, "no such bill"]);
  });

  test("a query is read from text, defaults are filled in, and what does not fit is told", async () => {
    expect((await client[name].bills.get({ query: { limit: 2, paid: true, tag: ["a", "b"] } })).data).toEqual({
      limit: 2,
      paid: true,
      tag: ["a", "b"],
    });
    const { error } = await client[name].bills.get({ query: { limit: 11, tag: ["a"] } });
    expect<unknown>(error?.value).toEqual({
      problems: [{ path: "query.limit", message: "wanted an integer from 1 to 10" }],
      allow: [],
    });
  });
});
