import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { rawCall } from "../support/raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";
import { plugin } from "./plugins.ts";

let gateway: InProcessGateway;
let service: RawUpstream;
beforeAll(async () => {
  service = await startRawUpstream((_, socket) => socket.write(ok()));
  const probe = plugin(
    "probe",
    {},
    {
      route: () => (next) => (exchange) => {
        exchange.setUpstreamHeader("x-authenticated-user", "ada");
        exchange.setUpstreamHeader("x-colour", "red");
        exchange.setUpstreamHeader("X-Colour", "blue");
        exchange.setUpstreamHeader("x-secret", undefined);
        exchange.setUpstreamHeader("x-not-there", undefined);
        return next(exchange);
      },
    },
  );
  gateway = await startInProcess({
    plugins: [probe],
    routes: [routeSetting({ service: "echo_service", path_prefix: "/api/v1/echo", auth_required: false })],
    environment: { ECHO_SERVICE_URL: service.url },
  });
});
afterAll(async () => {
  await gateway.stop();
  service.close();
});

async function gotBy(lines: readonly string[]) {
  await rawCall(gateway.port, ["GET /api/v1/echo HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n"));
  const got = service.requests.at(-1);
  return (name: string) =>
    got?.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value) ?? ["no request"];
}

describe("a header that a plugin sets for the service", () => {
  test("is the one that arrives, once, whatever the caller sent", async () => {
    const of = await gotBy(["X-Authenticated-User: root", "x-authenticated-user: root", "X-Colour: green"]);
    expect([of("x-authenticated-user"), of("x-colour")]).toEqual([["ada"], ["blue"]]);
  });

  test("cannot be taken away by a Connection header", async () => {
    const of = await gotBy(["Connection: x-authenticated-user, X-Colour"]);
    expect([of("x-authenticated-user"), of("x-colour")]).toEqual([["ada"], ["blue"]]);
  });

  test("that is undefined does not arrive", async () => {
    const of = await gotBy(["X-Secret: s", "X-Other: kept"]);
    expect([of("x-secret"), of("x-not-there"), of("x-other")]).toEqual([[], [], ["kept"]]);
  });

  test("goes out with the next request of its own only", async () => {
    const of = await gotBy([]);
    expect(of("x-colour")).toEqual(["blue"]);
    expect(of("x-secret")).toEqual([]);
  });
});
