// A service on Fastify:
// GATEWAY=http://localhost:8000 REGISTRATION_KEY=... PORT=8005 node sdk/examples/servers/fastify.mjs
import fastify from "fastify";
import { registerService } from "@isaas/gateway-sdk/service";

const app = fastify();
app.get("/health", (_request, reply) => reply.send({ status: "healthy" }));
app.get("/*", (request, reply) => {
  reply.send({ by: "fastify", path: request.url, user: request.headers["x-authenticated-user"] });
});

await app.listen({ host: "0.0.0.0", port: Number(process.env.PORT ?? 0) });
const { port } = app.server.address();
const lease = await registerService({
  name: "weather",
  port,
  gateway: process.env.GATEWAY ?? "http://localhost:8000",
  key: process.env.REGISTRATION_KEY,
});
console.log(JSON.stringify({ port, state: lease.state }));

process.once("SIGTERM", async () => {
  await lease.close();
  await app.close();
});
