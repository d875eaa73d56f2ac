import { gatewayService } from "@isaas/gateway-sdk/service";
import { Elysia, t } from "elysia";

// Copied into the project in which the packed SDK is installed, and run there.
const { GATEWAY: gateway = "", REGISTRATION_KEY: key = "", NAME: name = "elysian", END } = process.env;
if (END !== undefined) {
  process.once("SIGTERM", async () => {
    await app.stop();
    process.exit(Number(END));
  });
}

export const app = new Elysia()
  .get("/before/:id", ({ params }) => ({ id: params.id }))
  .use(gatewayService({ name, gateway, key, onEvent: ({ state }) => void (state === "registered" && tell()) }))
  .get("/x", () => ({ by: "elysia" }))
  .post("/after", ({ body }) => body.n, { body: t.Object({ n: t.Number() }) });

export type App = typeof app;

function tell(): void {
  console.log(JSON.stringify({ port: app.server?.port, state: "registered" }));
}

app.listen(0);
