/** What somebody writes who uses all of the SDK, without Elysia. */
export const right = `
  import { type CallError, createClient } from "@isaas/gateway-sdk/client";
  import { definePlugin, type Exchange, GatewayError, type Store } from "@isaas/gateway-sdk/plugin";
  import { defineContract, routeSchema, type RouteOptions } from "@isaas/gateway-sdk/contract";
  import { gatewayService, type Lease, registerService } from "@isaas/gateway-sdk/service";
  import { Type } from "typebox";

  export const plugin = definePlugin({
    name: "late",
    stage: "edge",
    options: Type.Object({ late_ms: Type.Number({ default: 1 }) }),
    setup(host, options) {
      const ms: number = options.late_ms;
      return {
        route: () => (next) => async function late(exchange: Exchange) {
          if (exchange.path === "/x") throw new GatewayError("NOT_FOUND", { message: \`after \${ms}\` });
          return await next(exchange);
        },
      };
    },
  });
  export const schema = routeSchema;
  export const route: Pick<RouteOptions, "timeout"> = { timeout: 3 };
  export const kind = (store: Store): "embedded" | "redis" => store.kind;
  export async function run(): Promise<string> {
    await using lease: Lease = await registerService({
      name: "a", port: 1, gateway: ["http://a"], credentials: { clientId: "a", clientSecret: "b" },
      routes: [{ path_prefix: "/api/v1/a", methods: ["GET"], stamp: { hidden: true } }],
      onEvent: ({ state, error }) => { if (state === "refused" && error?.code === "CONFLICT") return; },
    });
    return lease.state;
  }
  export const bills = defineContract({
    title: "Bills",
    routes: { "GET /bills/:id": { responses: { 200: Type.Object({ total: Type.Number() }) } } },
  });
  export const client = createClient<{ bills: typeof bills }>("http://a", { username: "a", password: "b" });
  export const total = async (): Promise<number | undefined> => (await client.bills.bills({ id: 1 }).get()).data?.total;
  export const waitMs = (error: CallError): number => error.code === "RATE_LIMIT" ? error.details.retry_after_ms : 0;
  const app = { get: (path: string) => path };
  export const same: typeof app = gatewayService({ name: "a", gateway: "http://a", key: "k" })(app);
`;
/** Each has one mistake, in its second line. */
export const wrong = [
  `registerService({ name: "a", gateway: "http://a", key: "k" });`,
  `registerService({ name: "a", port: 1, gateway: "http://a" });`,
  `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", credentials: { clientId: "a", clientSecret: "b" } });`,
  `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", wieght: 3 });`,
  `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", routes: [{ methods: ["GET"] }] });`,
  `registerService({ name: "a", port: 1, gateway: "http://a", key: "k", routes: [{ path_prefix: "/a", methods: ["FETCH"] }] });`,
  `registerService({ name: "a", port: 1, gateway: "http://a", key: "k" }).then((lease) => lease.state === "gone");`,
].map((line) => `import { registerService } from "@isaas/gateway-sdk/service";\nvoid ${line}\n`);
