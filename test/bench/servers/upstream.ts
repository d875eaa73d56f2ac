import { upstreamBody } from "./upstream-body.ts";

const headers = { "content-type": "application/json" };

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env["PORT"]),
  reusePort: false,
  fetch: () => new Response(upstreamBody, { headers }),
});
