/** One instance of a service, run as a process: answers checks as it is told, holds requests, and counts both. */
const [name = "", hostname = "127.0.0.1", port = "0"] = process.argv.slice(2);

/** When each check came, in milliseconds since 1970. */
const checks: number[] = [];
const requests: string[] = [];
const held = new Set<() => void>();
let health: HealthAnswer = { status: 200, delayMs: 0 };

export interface HealthAnswer {
  readonly status: number;
  readonly delayMs: number;
  /** Sent with a status of 3xx. */
  readonly location?: string;
}

/** What an instance has seen. */
export interface Seen {
  readonly checks: readonly number[];
  /** Path and query of each request that was no check. */
  readonly requests: readonly string[];
  readonly held: number;
}

const server = Bun.serve({
  hostname,
  port: Number(port),
  reusePort: false,
  idleTimeout: 0,
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    switch (pathname) {
      case "/health":
        checks.push(Date.now());
        return answerCheck(health);
      case "/steer/health":
        health = (await request.json()) as HealthAnswer;
        return new Response();
      case "/steer/release":
        for (const release of held) release();
        held.clear();
        return new Response();
      case "/steer/seen":
        return Response.json({ checks, requests, held: held.size } satisfies Seen);
    }
    requests.push(pathname + search);
    if (pathname === "/hold") await new Promise<void>((resolve) => held.add(resolve));
    if (pathname === "/move") return new Response(null, { status: 302, headers: { location: search.slice(1) } });
    return Response.json({ by: name, path: pathname, host: request.headers.get("host") });
  },
});

async function answerCheck({ status, delayMs, location }: HealthAnswer): Promise<Response> {
  if (delayMs > 0) await Bun.sleep(delayMs);
  return new Response("checked", { status, headers: location === undefined ? {} : { location } });
}

process.stdout.write(`${server.port}\n`);
// The tests hold this end; when they are gone, nobody needs the instance.
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
