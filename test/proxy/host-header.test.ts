import { afterAll, beforeAll, expect, test } from "bun:test";
import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import { instanceInfo } from "../services/instances.ts";
import { freePort } from "../support/free-port.ts";
import { type InProcessGateway, startInProcess } from "../support/in-process.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";

let upstream: RawUpstream;
let gateway: InProcessGateway;

beforeAll(async () => {
  upstream = await startRawUpstream((_request, socket) => socket.write(ok()));
  gateway = await startInProcess({ environment: { NAMED_SERVICE_URL: upstream.url } });
});

afterAll(async () => {
  await gateway.stop();
  upstream.close();
});

/** The Host header that the service sees when these are its instances. */
async function hostWith(...infos: InstanceInfo[]): Promise<string | undefined> {
  gateway.gateway.routes[0]?.target.update("settings", infos);
  const answer = await fetch(`${gateway.url}/api/v1/named/x`, { headers: { host: "caller.test" } });
  expect(answer.status).toBe(200);
  return upstream.requests.at(-1)?.header("host");
}

test("an instance with a name of its own sees it, though its address is dialled", async () => {
  const named = instanceInfo("named", { url: upstream.url, authority: "billing.test:8005" });
  expect(await hostWith(named)).toBe("billing.test:8005");
  expect(upstream.requests.at(-1)?.headers.filter(([name]) => name.toLowerCase() === "host")).toHaveLength(1);
});

test("one without sees the host of its URL, never the caller's", async () => {
  expect(await hostWith(instanceInfo("plain", { url: upstream.url }))).toBe(`127.0.0.1:${upstream.port}`);
});

test("the name of an instance that could not be reached does not stick to the next one", async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const dead = instanceInfo("dead", { url, authority: "dead.test", weight: 1000 });
  const alive = instanceInfo("alive", { url: upstream.url });
  expect(await hostWith(dead, alive)).toBe(`127.0.0.1:${upstream.port}`);
  expect(gateway.lines.filter(({ msg }) => msg === "request")).not.toContainEqual(
    expect.objectContaining({ status: 502 }),
  );
});
