import { createHash, createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import {
  type RecordedRequest,
  startGateway,
  startUpstream,
  type TestGateway,
  type Upstream,
} from "@isaas/gateway-sdk/testing";
import { parseDictionary, serializeInnerList } from "structured-headers";
import { sign } from "../../sdk/examples/plugins/signing/sign.ts";

const executable = join(import.meta.dirname, "../../dist/gateway");
const plugin = join(import.meta.dirname, "../../sdk/examples/plugins/signing");
const key = "a secret that gateway and services share";

test("signs as the example of RFC 9421, appendix B.2.5", () => {
  const secret = "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
  const components = [
    ["date", "Tue, 20 Apr 2021 02:07:55 GMT"],
    ["@authority", "example.com"],
    ["content-type", "application/json"],
  ] as const;
  const parameters = { created: 1618884473, keyId: "test-shared-secret" };
  expect(sign(components, Buffer.from(secret, "base64"), parameters)).toEqual({
    input: '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    signature: "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
  });
});

/** As a service checks it that knows the RFC and the key: reads what is covered, and signs it again. */
function verify(request: RecordedRequest): { isGood: boolean; covered: string[]; created: unknown; keyId: unknown } {
  const header = (name: string): string => String(request.headers[name]);
  const input = parseDictionary(header("signature-input")).get("gateway");
  const [given] = parseDictionary(header("signature")).get("gateway") ?? [];
  if (input === undefined || !Array.isArray(input[0])) throw new Error("no signature");
  const covered = input[0].map(([name]) => String(name));
  const url = new URL(request.path, "http://service");
  const derived: Record<string, string> = {
    "@method": request.method,
    "@path": url.pathname,
    "@query": url.search || "?",
  };
  const base = [
    ...covered.map((name) => `"${name}": ${derived[name] ?? header(name)}`),
    `"@signature-params": ${serializeInnerList(input as never)}`,
  ].join("\n");
  const wanted = createHmac("sha256", key).update(base).digest();
  const isGood = given instanceof ArrayBuffer && Buffer.from(given).equals(wanted);
  return { isGood, covered, created: input[1].get("created"), keyId: input[1].get("keyid") };
}

describe("behind a gateway that signs", () => {
  let service: Upstream;
  let gateway: TestGateway;
  beforeAll(async () => {
    service = await startUpstream();
    gateway = await startGateway({
      executable,
      plugins: [plugin],
      settings: {
        signing_key: key,
        signing_key_id: "key-7",
        shop_service_url: service.url,
        routes: [
          { service: "shop_service", path_prefix: "/shop", auth_required: false },
          { service: "shop_service", path_prefix: "/whole", auth_required: false, strip_prefix: false },
          { service: "shop_service", path_prefix: "/plain", auth_required: false, signing: { off: true } },
          { service: "shop_service", path_prefix: "/more", auth_required: false, signing: { headers: ["x-cart"] } },
        ],
      },
    });
  });
  afterAll(async () => {
    await gateway.close();
    await service.close();
  });

  async function send(path: string, init: RequestInit = {}): Promise<RecordedRequest> {
    expect((await gateway.fetch(path, init)).status).toBe(200);
    const request = service.requests.at(-1);
    if (request === undefined) throw new Error("nothing came");
    return request;
  }

  test("a service finds method, path, query and headers as they were signed, just now, by this key", async () => {
    const body = '{"item":7}';
    const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
    const headers = { "content-type": "application/json", "content-digest": digest };
    const request = await send("/shop/carts/7?a=1&b=%20", { method: "POST", headers, body });
    const checked = verify(request);
    expect(checked).toMatchObject({
      isGood: true,
      covered: ["@method", "@path", "@query", "content-type", "content-digest"],
      keyId: "key-7",
    });
    expect(Math.abs(Number(checked.created) - Date.now() / 1000)).toBeLessThan(60);
    expect(verify({ ...request, path: "/carts/8?a=1&b=%20" }).isGood).toBe(false);
    expect(verify({ ...request, method: "PUT" }).isGood).toBe(false);
    expect(verify({ ...request, headers: { ...request.headers, "content-digest": "sha-256=:eA==:" } }).isGood).toBe(
      false,
    );
  });

  test.each([
    ["/shop", "/"],
    ["/shop/", "/"],
    ["/shop/x?", "/x"],
    ["/whole/x", "/whole/x"],
  ])("%s is signed as the %s that the service sees", async (path, seen) => {
    const request = await send(path);
    expect(new URL(request.path, "http://service").pathname).toBe(seen);
    expect(verify(request).isGood).toBe(true);
  });

  test("a route says which headers are covered, and whether anything is signed", async () => {
    const request = await send("/more/x", { headers: { "x-cart": "7", "content-type": "text/plain" } });
    expect(verify(request)).toMatchObject({ isGood: true, covered: ["@method", "@path", "@query", "x-cart"] });
    expect((await send("/plain/x")).headers["signature"]).toBeUndefined();
  });

  test("a caller's own signature does not get through in its place", async () => {
    const headers = { signature: "gateway=:eA==:", "signature-input": 'gateway=("@method");created=1;keyid="key-7"' };
    expect(verify(await send("/shop/x", { headers })).isGood).toBe(true);
  });
});

test("without a key, or with a short one, the gateway does not start, and does not show it", async () => {
  await expect(startGateway({ executable, plugins: [plugin] })).rejects.toThrow(
    "signing_key: wanted a text of at least 32 characters, got nothing (SIGNING_KEY)",
  );
  const short = await startGateway({ executable, plugins: [plugin], settings: { signing_key: "hunter2" } }).catch(
    String,
  );
  expect(short).toContain("signing_key: wanted a text of at least 32 characters, got a string of 7 characters");
  expect(short).not.toContain("hunter2");
});
