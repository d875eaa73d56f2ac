import { afterAll, beforeAll, expect, test } from "bun:test";
import { type InProcessGateway, routeSetting, startInProcess } from "../support/in-process.ts";
import { ok, type RawUpstream, startRawUpstream } from "../support/raw-upstream.ts";

const count = 5;
let upstreams: RawUpstream[];
let gateway: InProcessGateway;

beforeAll(async () => {
  upstreams = await Promise.all(
    Array.from({ length: count }, (_, index) => startRawUpstream((_request, socket) => socket.write(ok(`${index}`)))),
  );
  const route = (path_prefix: string, hash_on: string) =>
    routeSetting({ service: "many_service", path_prefix, balance: { policy: "consistent_hash", hash_on } });
  gateway = await startInProcess({
    environment: {
      MANY_SERVICE_URL: upstreams.map(({ url }) => url).join(","),
      TRUSTED_PROXIES: "127.0.0.1",
    },
    routes: [
      route("/header", "header:X-Customer"),
      route("/cookie", "cookie:sid"),
      route("/address", "client_address"),
      route("/host", "header:Host"),
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
  for (const upstream of upstreams) upstream.close();
});

const serverOf = async (path: string, headers: Record<string, string>): Promise<string> =>
  (await fetch(`${gateway.url}${path}`, { headers })).text();

test.each<[string, (key: string) => Record<string, string>]>([
  ["/header", (key) => ({ "x-customer": key })],
  ["/cookie", (key) => ({ cookie: `theme=dark; sid=${key}; lang=en` })],
  ["/address", (key) => ({ "x-forwarded-for": `10.0.0.${key}` })],
  ["/host", (key) => ({ host: `shop-${key}.test` })],
])("%s: a key meets the same instance each time, and keys meet them all", async (path, headersOf) => {
  const met = new Set<string>();
  for (let key = 1; key <= 40; key += 1) {
    const headers = headersOf(`${key}`);
    const first = await serverOf(path, headers);
    met.add(first);
    for (let round = 0; round < 3; round += 1) expect(await serverOf(path, headers)).toBe(first);
  }
  expect(met.size).toBe(count);
});

test("requests without the key are spread", async () => {
  const met = new Set<string>();
  for (let round = 0; round < 100; round += 1) met.add(await serverOf("/cookie", { cookie: "other=1" }));
  expect(met.size).toBe(count);
});
