// The whole page in one script, embedded into the executable: it works without a network.
import script from "../../node_modules/@scalar/api-reference/dist/browser/standalone.js" with { type: "file" };

export const scriptPath = "/swagger/scalar.js";

export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-cache",
  // Nothing but ourselves: neither fonts nor telemetry nor a CDN. The page writes its own style elements.
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; font-src data:; frame-ancestors 'none'; base-uri 'none'",
};

export function serveScript(): Response {
  return new Response(Bun.file(script), {
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "public, max-age=3600" },
  });
}
