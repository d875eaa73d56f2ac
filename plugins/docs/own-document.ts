import { swagger } from "@elysiajs/swagger";
import type { OwnEndpoints } from "@isaas/gateway-sdk/plugin";
import { mendDocument, type OpenApiDocument } from "./mend.ts";
import { scriptPath } from "./page.ts";

const documentPath = "/swagger/json";
const icon =
  "data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 16 16%22%3E%3Cpath d=%22M2 3h12v3H2zm0 7h12v3H2z%22/%3E%3C/svg%3E";

/** Known to the page's script, not to the types of @elysiajs/swagger: all that would talk to others or invite to is off. */
const offline = {
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  defaultOpenAllTags: true,
};

/**
 * The page and the document that @elysiajs/swagger makes, taken apart: its two routes are not mounted,
 * because the page needs headers of ours and the document needs mending.
 */
export async function createOwnDocument(
  endpoints: () => OwnEndpoints,
  version: string,
): Promise<{ page: string; document: () => OpenApiDocument }> {
  let made: { readonly of: OwnEndpoints; readonly document: () => OpenApiDocument } | undefined;
  const { page } = makeDocument(version);
  return {
    page: mendPage(await page.text()),
    document() {
      const of = endpoints();
      // @elysiajs/swagger forgets no route that it has seen, so it begins anew once they have changed.
      if (made?.of !== of) made = { of, document: makeDocument(version, of).document };
      return mendDocument(made.document());
    },
  };
}

function makeDocument(version: string, of?: OwnEndpoints): { page: Response; document: () => OpenApiDocument } {
  const made = swagger({
    path: "/page",
    specPath: "/document",
    // Paths with a dot in them, such as /.well-known/jwks.json, belong into the document too.
    excludeStaticFile: false,
    scalarCDN: scriptPath,
    scalarConfig: {
      spec: { url: documentPath },
      favicon: icon,
      withDefaultFonts: false,
      ...offline,
    },
    documentation: {
      servers: [{ url: "/", description: "This gateway" }],
      info: {
        title: "ISaaS API Gateway",
        version,
        description:
          "The gateway's own endpoints, and those of live services that describe themselves. Every error is the same envelope: `error.code`, `error.message`, `error.details`, `request_id`.",
      },
    },
  });
  const handlerOf = (path: string): unknown => made.routes.find((route) => route.path === path)?.handler;
  const page = handlerOf("/page");
  const document = handlerOf("/document");
  if (!(page instanceof Response) || typeof document !== "function") {
    throw new TypeError("@elysiajs/swagger: wanted its page and its document as routes, got something else");
  }
  // The plugin reads the routes of the application it is part of, which this one is not.
  // Both methods are protected, hence the detour.
  Reflect.set(made, "getGlobalRoutes", () => of?.routes ?? []);
  Reflect.set(made, "getGlobalDefinitions", () => ({ type: of?.models ?? {} }));
  return { page, document: document as () => OpenApiDocument };
}

/** The element that holds the page's settings is no script: said so, it does not offend the page's own policy. */
function mendPage(page: string): string {
  return page.replace('id="api-reference"', 'id="api-reference" type="application/json"');
}
