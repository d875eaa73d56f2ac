// A service on Express:
// GATEWAY=http://localhost:8000 REGISTRATION_KEY=... PORT=8005 node sdk/examples/servers/express.mjs
import express from "express";
import { registerService } from "@isaas/gateway-sdk/service";

const app = express();
app.get("/health", (_request, response) => response.json({ status: "healthy" }));
app.use((request, response) => {
  response.json({ by: "express", path: request.url, user: request.get("x-authenticated-user") });
});

const server = app.listen(Number(process.env.PORT ?? 0), async () => {
  const { port } = server.address();
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
