// The least that is still an honest forward proxy on Bun: what the gateway's own work is measured against.
const upstreamUrl = process.env["UPSTREAM_URL"] ?? "";

Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env["PORT"]),
  reusePort: false,
  fetch(request) {
    const pathStart = request.url.indexOf("/", "http://".length);
    return fetch(upstreamUrl + request.url.slice(pathStart), {
      method: request.method,
      headers: request.headers,
      body: request.body,
      signal: request.signal,
      redirect: "manual",
      decompress: false,
      proxy: false,
    });
  },
});
