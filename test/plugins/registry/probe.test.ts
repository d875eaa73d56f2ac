import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import type { Host } from "@isaas/gateway-sdk/plugin";
import { AddressRules } from "../../../plugins/registry/address-rules.ts";
import type { Check } from "../../../plugins/registry/health.ts";
import { createProbe } from "../../../plugins/registry/probe.ts";
import { systemClock } from "../../../src/clock.ts";
import { fetchForGateway } from "../../../src/proxy/fetch-transport.ts";
import { freePort } from "../../support/free-port.ts";
import { toRecord } from "./parts.ts";

/** What was asked: the headers of a request can be read only until it is answered. */
let seen: { method: string; target: string; host: string | null; agent: string | null }[] = [];
const service = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    seen.push({ method, target: pathname + search, host: headers.get("host"), agent: headers.get("user-agent") });
    if (pathname === "/slow") await Bun.sleep(1500);
    if (pathname === "/moved") return Response.redirect("/health");
    if (pathname === "/endless")
      return new Response(new ReadableStream({ pull: (it) => it.enqueue(new Uint8Array(65_536)) }));
    return new Response(null, { status: Number(pathname.slice(1)) || 200 });
  },
});
const port = service.port ?? 0;

/** Takes connections, and says what no HTTP server would, or nothing. */
const odd = Bun.listen<undefined>({
  port: 0,
  hostname: "127.0.0.1",
  socket: { data: (socket) => void socket.end("hunter2 is no HTTP\r\n\r\n") },
});
/** At another address, on the same port: takes connections and never says anything. */
const mute = Bun.listen<undefined>({ port, hostname: "127.0.0.3", socket: { data() {} } });
let closedPort = 0;
beforeAll(async () => {
  closedPort = await freePort();
});
afterEach(() => {
  seen = [];
});
afterAll(() => {
  odd.stop(true);
  mute.stop(true);
  return service.stop(true);
});

interface Around {
  readonly resolve?: (name: string) => Promise<readonly string[]>;
  readonly timeoutMs?: number;
}

function look(more: object, { resolve = async () => ["127.0.0.1"], timeoutMs = 1000 }: Around = {}): Promise<Check> {
  const host: Pick<Host, "clock" | "resolve" | "fetch"> = { clock: systemClock, resolve, fetch: fetchForGateway };
  const rules = new AddressRules(["127.0.0.1", "127.0.0.3", "::1"]);
  const probe = createProbe(host as Host, { rules, timeoutMs, userAgent: "isaas-gateway/1 health check" });
  return probe(toRecord({ port, ...more }));
}

const told = ({ outcome, ok, reason, address }: Check) => ({ outcome, ok, reason, address });

describe("an answer", () => {
  test.each([200, 201, 204, 299])("of %d is good", async (status) => {
    expect(told(await look({ check_endpoint: `/${status}` }))).toEqual({
      outcome: "good",
      ok: true,
      reason: `answered ${status}`,
      address: "127.0.0.1",
    });
  });

  test.each([400, 401, 404, 500, 503])("of %d is bad", async (status) => {
    expect(told(await look({ check_endpoint: `/${status}` }))).toMatchObject({
      outcome: "bad",
      reason: `answered ${status}`,
    });
  });

  test("that leads elsewhere is bad, and nobody goes there", async () => {
    expect(told(await look({ check_endpoint: "/moved" }))).toMatchObject({ outcome: "bad", reason: "answered 302" });
    expect(seen).toHaveLength(1);
  });

  test("without end is good by its head alone", async () => {
    expect(told(await look({ check_endpoint: "/endless" }))).toMatchObject({ outcome: "good" });
  });

  test("that comes too late is none", async () => {
    const check = await look({ check_endpoint: "/slow" }, { timeoutMs: 200 });
    expect(told(check)).toMatchObject({ outcome: "silent", reason: "no answer in 0.2 s" });
    expect(check.took_ms).toBeGreaterThanOrEqual(190);
  });

  test("that is not HTTP is none, and is not repeated", async () => {
    const { reason, outcome } = await look({ port: odd.port });
    expect(outcome).toBe("silent");
    expect(reason).toStartWith("no well-formed answer");
    expect(reason).not.toContain("hunter2");
  });
});

test("the question is a GET of the check endpoint, to the instance by its own name", async () => {
  await look({ host: "billing.internal", check_endpoint: "/200?deep=1" });
  const host = `billing.internal:${port}`;
  expect(seen).toEqual([{ method: "GET", target: "/200?deep=1", host, agent: "isaas-gateway/1 health check" }]);
});

test("a check says when it began, in UTC", async () => {
  const { at } = await look({});
  expect(new Date(at).toISOString()).toBe(at);
  expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
});

describe("the host", () => {
  test("that nobody answers for is silent", async () => {
    expect(told(await look({ port: closedPort }))).toMatchObject({ outcome: "silent", reason: "connection refused" });
  });

  test("that does not resolve says so", async () => {
    const resolve = () => Promise.reject(new Error("hunter2"));
    expect(told(await look({ host: "billing" }, { resolve }))).toEqual({
      outcome: "unresolved",
      ok: false,
      reason: "the host does not resolve",
      address: undefined,
    });
  });

  test("is not asked at an address that is not allowed: as a literal, by its name, or after it moved", async () => {
    const notAllowed = { outcome: "silent", reason: "the address is not allowed", address: undefined };
    expect(told(await look({ host: "127.0.0.2" }))).toMatchObject(notAllowed);
    for (const address of ["127.0.0.2", "169.254.169.254", "::ffff:127.0.0.2"]) {
      expect(told(await look({ host: "billing" }, { resolve: async () => [address] }))).toMatchObject(notAllowed);
    }
    expect(seen).toEqual([]);
  });

  test("is asked at each address that is allowed until one answers", async () => {
    const check = await look({ host: "billing" }, { resolve: async () => ["169.254.1.1", "::1", "127.0.0.1"] });
    expect(told(check)).toMatchObject({ outcome: "good", address: "127.0.0.1" });
    expect(seen).toHaveLength(1);
  });

  test("is asked at the next address when one is silent", async () => {
    const check = await look({ host: "billing" }, { resolve: async () => ["127.0.0.3", "127.0.0.1"] });
    expect(told(check)).toMatchObject({ outcome: "good", address: "127.0.0.1" });
  });

  test("is not asked elsewhere when one answers badly", async () => {
    const resolve = async () => ["127.0.0.1", "127.0.0.1"];
    expect(told(await look({ host: "billing", check_endpoint: "/500" }, { resolve }))).toMatchObject({
      outcome: "bad",
    });
    expect(seen).toHaveLength(1);
  });
});
