/** An Auth Service that behaves as the username says; run as a process of its own. */
import { createServer } from "node:net";

const users = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 60,
  async fetch(request) {
    const text = await request.text();
    const { username, password } = JSON.parse(text) as { username: string; password: string };
    const known = { username, scopes: ["read"] };
    const isJson = request.headers.get("content-type") === "application/json";
    if (request.method !== "POST" || !isJson || Object.keys(JSON.parse(text)).length !== 2) {
      return new Response("", { status: 418 });
    }
    if (/^\d{3}$/.test(username)) return Response.json(known, { status: Number(username) });
    switch (username) {
      case "ada":
        return password === "right"
          ? Response.json({ ...known, email: "ada@example.org", full_name: "Ada" })
          : new Response("no", { status: 401 });
      case "disabled":
        return Response.json({ ...known, disabled: true });
      case "enabled":
        return Response.json({ ...known, disabled: false });
      case "tokens":
        return Response.json({ access_token: "trusted", token_type: "bearer", expires_in: 60, id_token: "x" });
      case "strange tokens":
        return Response.json({ access_token: "strange" });
      case "redirect":
        return Response.redirect("/elsewhere", 307);
      case "silent":
        return new Promise(() => {});
      case "slow body":
        return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode("{")) }));
      case "endless":
        return new Response(
          new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(16_384).fill(0x20)) }),
        );
      case "large":
        return Response.json({ ...known, full_name: "x".repeat(70_000) });
      case "no utf-8":
        return new Response(new Uint8Array([0x22, 0xff, 0x22]));
      case "empty":
        return new Response("");
      case "html":
        return new Response("<html>secret of the service</html>");
      default:
        return new Response(username);
    }
  },
});

/** Takes the request and hangs up. */
const rude = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.destroy());
});
/** Says what is no HTTP. */
const garbling = createServer((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.end("hello, I am a teapot\r\n\r\n"));
});
const portOf = (server: typeof rude): number => Number(Object(server.address()).port);
rude.listen(0, "127.0.0.1", () => {
  garbling.listen(0, "127.0.0.1", () => {
    process.stdout.write(`${JSON.stringify({ users: users.port, rude: portOf(rude), garbling: portOf(garbling) })}\n`);
  });
});
