// A service on Node's own server:
// GATEWAY=http://localhost:8000 REGISTRATION_KEY=... PORT=8005 node sdk/examples/servers/node-http.mjs
import { createServer } from "node:http";
import { registerService } from "@isaas/gateway-sdk/service";

const server = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ by: "node-http", path: request.url, user: request.headers["x-authenticated-user"] }));
});

server.listen(Number(process.env.PORT ?? 0), async () => {
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
