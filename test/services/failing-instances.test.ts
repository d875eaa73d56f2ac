import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { rawCall } from "../support/raw-client.ts";
import { ok, type RawRequest, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { waitFor } from "../support/wait-for.ts";

const head = (status: string, length: number) =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`;
const chunked = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";

let good: RawUpstream;
let bad: RawUpstream;
let gateway: InProcessGateway;
/** What the bad one does with a request. */
let act: (request: RawRequest, socket: Socket) => void;

beforeEach(async () => {
  good = await startRawUpstream((_request, socket) => socket.write(ok("good")));
  bad = await startRawUpstream((request, socket) => act(request, socket));
  gateway = await startInProcess({
    environment: { TWO_SERVICE_URL: `${good.url},${bad.url}` },
    routes: [
      routeSetting({
        service: "two_service",
        path_prefix: "/api/v1/two",
        timeout: 0.3,
        retries: 0,
        circuit_breaker: false,
        balance: { policy: "round_robin", hash_on: "client_address" },
      }),
    ],
  });
});

afterEach(async () => {
  await gateway.stop();
  good.close();
  bad.close();
});

const call = (method = "GET", body = "") =>
  fetch(`${gateway.url}/api/v1/two/x`, { method, ...(body === "" ? {} : { body }) }).then(
    async (answer) => ({ status: answer.status, text: await answer.text().catch(() => "broken") }),
    () => ({ status: 0, text: "broken" }),
  );

async function callOften(times: number, method = "GET"): Promise<number[]> {
  const statuses: number[] = [];
  for (let round = 0; round < times; round += 1) statuses.push((await call(method)).status);
  return statuses;
}

const ejections = () => gateway.lines.filter(({ level, msg }) => level === "warn" && msg.includes("is ejected"));

describe("of two instances one is ejected after five times that it", () => {
  test.each<[string, typeof act, reason: string]>([
    ["answers 503", (_, socket) => socket.write(head("503 Service Unavailable", 0)), "answered 503"],
    ["answers 502 with a body", (_, socket) => socket.write(`${head("502 Bad Gateway", 2)}no`), "answered 502"],
    ["resets the connection", (_, socket) => socket.resetAndDestroy(), "broke off before it answered"],
    ["says nothing", () => {}, "did not answer in time"],
    ["breaks off a small body", (_, socket) => socket.end(`${head("200 OK", 9)}abc`), "its answer broke off"],
    [
      "sends a coding that nobody asked for",
      (_, socket) => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
      "sent a malformed answer",
    ],
  ])("%s, and then callers see good answers only", async (_what, badAct, reason) => {
    act = badAct;
    // Not GET, which Bun's fetch sends again when a connection is reset.
    await callOften(10, "POST");
    const before = bad.requests.length;
    expect(before).toBe(5);
    expect(await callOften(20, "POST")).toEqual(Array.from({ length: 20 }, () => 200));
    expect(bad.requests.length).toBe(before);
    expect(ejections()).toEqual([
      expect.objectContaining({ service: "two_service", instance: bad.url, reason, seconds: 30 }),
    ]);
    expect(gateway.gateway.explain("GET", "/api/v1/two").instances).toMatchObject([
      { url: good.url, ejected: null, in_flight: 0 },
      { url: bad.url, ejected: { reason }, in_flight: 0 },
    ]);
  });

  test("cannot be reached, and no caller notices even that", async () => {
    bad.close();
    expect(await callOften(20)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(ejections()).toEqual([expect.objectContaining({ instance: bad.url, reason: "could not be reached" })]);
  });

  test("breaks off long answers while it sends several", async () => {
    const sockets: Socket[] = [];
    act = (_, socket) => {
      sockets.push(socket);
      socket.write(chunked);
    };
    const answers = Array.from({ length: 10 }, () => call());
    await waitFor("five streams", () => sockets.length === 5);
    await Bun.sleep(100);
    for (const socket of sockets) socket.destroy();
    await Promise.all(answers);
    await waitFor("the ejection", () => ejections().length === 1);
    expect(ejections()[0]).toMatchObject({ reason: "its answer broke off" });
    expect(await callOften(10)).toEqual(Array.from({ length: 10 }, () => 200));
  });
});

describe("nobody is ejected for", () => {
  test.each<[string, string]>([
    ["404", head("404 Not Found", 0)],
    ["429", head("429 Too Many Requests", 0)],
    ["500", head("500 Internal Server Error", 0)],
    ["501", head("501 Not Implemented", 0)],
  ])("answers of %s", async (_status, answer) => {
    act = (_, socket) => socket.write(answer);
    await callOften(24);
    expect([bad.requests.length, ejections()]).toEqual([12, []]);
  });

  test("failures with a good answer in between", async () => {
    let count = 0;
    act = (_, socket) => {
      count += 1;
      socket.write(count % 5 === 0 ? ok() : head("503 Service Unavailable", 0));
    };
    await callOften(40);
    expect([bad.requests.length, ejections()]).toEqual([20, []]);
  });

  test.each<[string, string]>([
    ["before the head", "GET /api/v1/two/x HTTP/1.1\r\nHost: a\r\n\r\n"],
    ["in the middle of a small upload", "POST /api/v1/two/x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"],
    ["in the middle of a long upload", "POST /api/v1/two/x HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\nabc"],
    [
      "in the middle of a chunked upload",
      "POST /api/v1/two/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
  ])("callers who leave %s", async (_when, request) => {
    act = () => {};
    for (let round = 0; round < 14; round += 1) {
      const socket = connect(gateway.port, "127.0.0.1", () => socket.write(request));
      socket.on("error", () => {});
      await Bun.sleep(30);
      if (round % 2 === 0) socket.destroy();
      else socket.resetAndDestroy();
    }
    const lines = () => gateway.lines.filter(({ msg, outcome }) => msg === "request" && outcome === "client_gone");
    await waitFor("the log lines", () => lines().length >= 7);
    await Bun.sleep(200);
    expect(ejections()).toEqual([]);
  });

  test("callers who leave in the middle of an answer", async () => {
    act = (_, socket) => socket.write(chunked);
    for (let round = 0; round < 14; round += 1) {
      await rawCall(gateway.port, "GET /api/v1/two/x HTTP/1.1\r\nHost: a\r\n\r\n", {
        until: (text) => text.includes("abc") || text.includes("good"),
      });
    }
    const gone = () => gateway.lines.filter(({ outcome }) => outcome === "client_gone");
    await waitFor("the log lines", () => gone().length === 7);
    expect(ejections()).toEqual([]);
  });
});

test("an only instance is never ejected: its callers hear the truth from it", async () => {
  gateway.gateway.routes[0]?.target.update("settings", [
    { id: "only", url: bad.url, authority: undefined, weight: 1, open: true },
  ]);
  act = (_, socket) => socket.write(head("503 Service Unavailable", 0));
  expect(await callOften(12)).toEqual(Array.from({ length: 12 }, () => 503));
  expect([bad.requests.length, ejections()]).toEqual([12, []]);
});

test("without an open instance the answer is 503, at once, with the time of the last check", async () => {
  const checkedAt = "2026-11-25T20:00:00.000Z";
  const target = gateway.gateway.routes[0]?.target;
  target?.update(
    "settings",
    [{ id: "a", url: bad.url, authority: undefined, weight: 1, open: false }],
    () => checkedAt,
  );
  const answer = await fetch(`${gateway.url}/api/v1/two/x`, { method: "POST", body: "hello" });
  expect([answer.status, (await answer.json()).error]).toEqual([
    503,
    {
      code: "SERVICE_UNAVAILABLE",
      message: "No instance of the service is available.",
      details: { service: "two_service", last_check: checkedAt },
    },
  ]);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(bad.requests).toEqual([]);
});
