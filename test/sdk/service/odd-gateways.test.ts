import { afterAll, expect, setDefaultTimeout, spyOn, test } from "bun:test";
import { type Lease, registerService, type ServiceOptions } from "@isaas/gateway-sdk/service";
import { freePort } from "../../support/free-port.ts";
import { waitFor } from "../../support/wait-for.ts";
import { recordEvents } from "./record-events.ts";

setDefaultTimeout(20_000);

const servers: Bun.Server<undefined>[] = [];
afterAll(async () => {
  for (const server of servers) await server.stop(true);
});

interface Heard {
  readonly what: string;
  readonly authorization: string | null;
  readonly body: string;
}

/** A server that is asked in place of a gateway, and answers whatever the test wants. */
function answering(answer: (what: string, asked: number) => Response | Promise<Response>) {
  const heard: Heard[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const what = `${request.method} ${new URL(request.url).pathname}`;
      heard.push({ what, authorization: request.headers.get("authorization"), body: await request.text() });
      return answer(what, heard.length);
    },
  });
  servers.push(server);
  return { url: server.url.origin, heard };
}

const granted = {
  service_name: "odd_service",
  instance_id: "one",
  lease_token: "lease-token",
  lease_seconds: 3,
  heartbeat_seconds: 0.05,
  status: "starting",
  routes: [],
};

function register(gateway: string, more: Partial<ServiceOptions> = {}): Promise<Lease> {
  const access = more.credentials === undefined ? { key: "the-key" } : {};
  return registerService({ name: "odd", port: 9, drainSeconds: 0, gateway, ...access, ...more } as ServiceOptions);
}

test.each([
  ["a page", () => new Response("<html>", { status: 200 }), "connecting: UNEXPECTED_ANSWER"],
  ["a page that is not there", () => new Response("<html>", { status: 404 }), "refused: UNEXPECTED_ANSWER"],
  ["a server in trouble", () => new Response("", { status: 502 }), "connecting: UNEXPECTED_ANSWER"],
  ["a way to elsewhere", () => Response.redirect("http://127.0.0.1:9/"), "connecting: UNEXPECTED_ANSWER"],
  ["half a registration", () => Response.json({ instance_id: "x" }), "connecting: UNEXPECTED_ANSWER"],
  ["null", () => Response.json(null), "connecting: UNEXPECTED_ANSWER"],
  ["no heartbeat", () => Response.json({ ...granted, heartbeat_seconds: 0 }), "connecting: UNEXPECTED_ANSWER"],
  ["no text", () => new Response(new Uint8Array([0xff, 0xfe])), "connecting: UNREACHABLE"],
  ["more than anybody reads", () => new Response("x".repeat(5 * 1024 * 1024)), "connecting: UNREACHABLE"],
])("%s in place of a gateway's answer harms nobody", async (_, answer, wanted) => {
  const { url } = answering(answer);
  const { events, onEvent } = recordEvents();
  const lease = await register(url, { onEvent });
  expect(events).toEqual([wanted]);
  await lease.close();
});

test("waits as long as the gateway asks, and then comes again", async () => {
  const envelope = { error: { code: "SERVICE_UNAVAILABLE", message: "Later.", details: {} }, request_id: "x" };
  const headers = { "retry-after": "1" };
  const { url } = answering((_, asked) =>
    asked === 1 ? Response.json(envelope, { status: 503, headers }) : Response.json(granted, { status: 201 }),
  );
  const { events, onEvent } = recordEvents();
  const startMs = performance.now();
  const lease = await register(url, { onEvent });
  expect(lease.error?.retryAfterMs).toBe(1000);
  expect(await lease.registered).toBe(true);
  expect(performance.now() - startMs).toBeGreaterThan(950);
  expect(events).toEqual(["connecting: SERVICE_UNAVAILABLE", "registered"]);
  await lease.close();
});

test("a heartbeat that fails is told and made good; one that is unknown registers again", async () => {
  const beats: Response[] = [
    new Response("", { status: 500 }),
    Response.json(granted),
    new Response("", { status: 404 }),
  ];
  const { url, heard } = answering((what) =>
    what.startsWith("PUT") ? (beats.shift() ?? Response.json(granted)) : Response.json(granted),
  );
  const { events, onEvent } = recordEvents();
  const lease = await register(url, { onEvent });
  await waitFor("the second registration", () => heard.filter(({ what }) => what.startsWith("POST")).length === 2);
  await lease.close();
  expect(events).toEqual(["registered", "connecting: UNEXPECTED_ANSWER", "registered", "draining", "closed"]);
  const path = "/api/v1/services/odd_service/instances/one";
  expect(heard.slice(-2).map(({ what }) => what)).toEqual([`PATCH ${path}`, `DELETE ${path}`]);
  const lent = heard.filter(({ what }) => !what.startsWith("POST")).map(({ authorization }) => authorization);
  expect(new Set(lent)).toEqual(new Set(["Bearer lease-token"]));
});

test("a client's token is kept for four fifths of its time, and another is got when it is refused", async () => {
  let tokens = 0;
  let registrations = 0;
  const { url, heard } = answering((what) => {
    if (what.startsWith("PUT")) return new Response("", { status: 404 });
    if (what !== "POST /gw/services") {
      tokens += 1;
      return Response.json({ access_token: `token-${tokens}`, expires_in: 1 });
    }
    registrations += 1;
    return registrations === 2 ? new Response("", { status: 401 }) : Response.json(granted, { status: 201 });
  });
  const credentials = { clientId: "a b", clientSecret: "ü:%" };
  const lease = await register(url, { credentials, apiPrefix: "/gw" });
  await waitFor("a token that is too old", () => tokens === 3);
  await lease.close();
  const [first, ...asked] = heard.filter(({ what }) => what.startsWith("POST"));
  expect([first?.what, first?.body]).toEqual(["POST /gw/auth/token", "grant_type=client_credentials"]);
  expect(atob(String(first?.authorization).replace("Basic ", ""))).toBe("a+b:%C3%BC%3A%25");
  const shown = asked.filter(({ what }) => what === "POST /gw/services").map(({ authorization }) => authorization);
  expect(shown.slice(0, 3)).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2"]);
});

test("an answer without a token is no gateway's", async () => {
  const { url } = answering(() => Response.json({ token_type: "bearer" }));
  const lease = await register(url, { credentials: { clientId: "a", clientSecret: "b" } });
  expect(lease.error?.code).toBe("UNEXPECTED_ANSWER");
  await lease.close();
});

test("closing while it registers leaves nothing behind", async () => {
  let answer = () => {};
  let registrations = 0;
  const { url, heard } = answering((what) => {
    if (what.startsWith("PUT")) return new Response("", { status: 404 });
    if (!what.startsWith("POST") || (registrations += 1) === 1) return Response.json(granted);
    return new Promise<Response>((resolve) => (answer = () => resolve(Response.json(granted))));
  });
  const lease = await register(url);
  await waitFor("the second registration", () => registrations === 2);
  const closed = Promise.all([lease.close(), lease.close()]);
  answer();
  await closed;
  expect(lease.state).toBe("closed");
  expect(heard.map(({ what }) => what.split(" ")[0])).toEqual(["POST", "PUT", "POST", "PATCH", "DELETE"]);
});

test("draining while it registers is told once it is registered", async () => {
  let answer = () => {};
  let registrations = 0;
  const { url, heard } = answering((what) => {
    if (what.startsWith("PUT")) return registrations === 1 ? new Response("", { status: 404 }) : Response.json(granted);
    if (!what.startsWith("POST") || (registrations += 1) === 1) return Response.json(granted);
    return new Promise<Response>((resolve) => (answer = () => resolve(Response.json(granted))));
  });
  const lease = await register(url);
  await waitFor("the second registration", () => registrations === 2);
  await lease.drain();
  answer();
  await waitFor("the news", () => heard.some(({ what }) => what.startsWith("PATCH")));
  expect(lease.state).toBe("draining");
  await lease.close();
  expect(heard.filter(({ what }) => what.startsWith("PATCH"))).toHaveLength(1);
});

test("draining that the gateway has not heard is told again with the next heartbeat", async () => {
  let told = 0;
  const { url } = answering((what) => {
    if (what.startsWith("PATCH")) return (told += 1) === 1 ? new Response("", { status: 500 }) : Response.json({});
    return Response.json({ ...granted, status: told > 1 ? "draining" : "healthy" });
  });
  const { events, onEvent } = recordEvents();
  const lease = await register(url, { onEvent });
  await lease.drain();
  await waitFor("the news", () => lease.status === "draining");
  expect([told, lease.state]).toEqual([2, "draining"]);
  await lease.close();
  expect(events).toEqual(["registered", "draining", "draining: UNEXPECTED_ANSWER", "closed"]);
});

test("what a listener throws ends nothing, and without a listener failures go to the console", async () => {
  const error = spyOn(console, "error").mockImplementation(() => {});
  const warn = spyOn(console, "warn").mockImplementation(() => {});
  try {
    const thrown = new Error("the listener's own");
    const { url } = answering(() => Response.json(granted));
    const onEvent = () => {
      throw thrown;
    };
    await (await register(url, { onEvent })).close();
    expect(error.mock.calls).toEqual([[thrown], [thrown], [thrown]]);
    const later = async () => {
      await Bun.sleep(1);
      throw thrown;
    };
    await (await register(url, { onEvent: later as never })).close();
    await waitFor("what was thrown later", () => error.mock.calls.length === 6);

    const away = `http://127.0.0.1:${await freePort()}`;
    await (await register(away)).close();
    expect(warn.mock.calls).toEqual([[`odd_service is connecting at the gateway: ${away}: no answer`]]);
  } finally {
    error.mockRestore();
    warn.mockRestore();
  }
});

test("another fetch is used, and what it throws is no answer", async () => {
  const asked: string[] = [];
  const fetch = (async (url: string) => {
    asked.push(url);
    throw new TypeError("not today");
  }) as unknown as typeof globalThis.fetch;
  const lease = await register("http://gateway.test/base/", { fetch, onEvent: () => {} });
  expect(asked).toEqual(["http://gateway.test/base/api/v1/services"]);
  expect(lease.error?.code).toBe("UNREACHABLE");
  await lease.close();
});
