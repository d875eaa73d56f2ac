import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Elysia } from "elysia";
import { Type } from "typebox";
import { DocumentMerger } from "./merge-document.ts";
import { createOwnDocument } from "./own-document.ts";
import { pageHeaders, scriptPath, serveScript } from "./page.ts";

/** The documentation page at /swagger, which works offline, and the OpenAPI document behind it. */
export const docs = definePlugin({
  name: "docs",
  stage: "edge",
  options: Type.Object({}),
  async setup(host) {
    const endpoints = new Elysia({ name: "docs", detail: { tags: ["Documentation"] } });
    const { page, document } = await createOwnDocument(host.endpoints, host.version);
    const merger = new DocumentMerger(host.log);
    const serveDocument = async (): Promise<Response> =>
      new Response(await merger.merge(document(), host.services.described()), {
        headers: { "content-type": "application/json" },
      });
    endpoints
      .get("/swagger", () => new Response(page, { headers: pageHeaders }), { detail: { hide: true } })
      .get(scriptPath, serveScript, { detail: { hide: true } })
      .get("/swagger/json", serveDocument, {
        detail: {
          summary: "The OpenAPI document",
          description: "The gateway's own endpoints and those of every live service that describes itself.",
        },
      });
    return { endpoints };
  },
});
