import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Elysia } from "elysia";
import { Type } from "typebox";
import { createOwnDocument } from "./own-document.ts";
import { pageHeaders, scriptPath, serveScript } from "./page.ts";

/** The documentation page at /swagger, which works offline, and the OpenAPI document behind it. */
export const docs = definePlugin({
  name: "docs",
  stage: "edge",
  options: Type.Object({}),
  async setup(host) {
    const endpoints = new Elysia({ name: "docs", detail: { tags: ["Documentation"] } });
    const { page, document } = await createOwnDocument(endpoints, host.version);
    endpoints
      .get("/swagger", () => new Response(page, { headers: pageHeaders }), { detail: { hide: true } })
      .get(scriptPath, serveScript, { detail: { hide: true } })
      .get("/swagger/json", () => document(), {
        detail: { summary: "The OpenAPI document", description: "The gateway's own endpoints." },
      });
    return { endpoints };
  },
});
