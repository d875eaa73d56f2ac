// A service on Hono:
// GATEWAY=http://localhost:8000 REGISTRATION_KEY=... PORT=8005 node sdk/examples/servers/hono.mjs
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { registerService } from "@isaas/gateway-sdk/service";

const app = new Hono();
app.get("/health", (context) => context.json({ status: "healthy" }));
app.get("/*", (context) =>
  context.json({ by: "hono", path: context.req.path, user: context.req.header("x-authenticated-user") }),
);

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 0) }, async ({ port }) => {
  const lease = await registerService({
    name: "weather",
    port,
    gateway: process.env.GATEWAY ?? "http://localhost:8000",
    key: process.env.REGISTRATION_KEY,
  });
  console.log(JSON.stringify({ port, state: lease.state }));

  process.once("SIGTERM", async () => {
    await lease.close();
    server.close();
  });
});
