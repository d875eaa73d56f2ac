import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type Answer, registrationKey, toAnswer } from "../support/registry-client.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { rawCall } from "../support/raw-client.ts";

const authorization = `Bearer ${registrationKey}`;
const body = JSON.stringify({ service_name: "wire_service", host: "127.0.0.1", port: 9, instance_id: "one" });

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ MAX_BODY_BYTES: "2000000" });
  await send("POST", "", { body });
});
afterAll(() => scene.close());

async function send(method: string, path: string, init: RequestInit = {}): Promise<Answer<unknown>> {
  const headers = { authorization, ...(init.headers as Record<string, string> | undefined) };
  return toAnswer(await fetch(`${scene.gateway.url}/api/v1/services${path}`, { method, ...init, headers }));
}

describe("a registration's body", () => {
  test.each([
    ["is malformed JSON", '{"service_name":"hunter2'],
    ["is empty", ""],
    ["is a form", "service_name=hunter2&port=9"],
    ["is JSON twice", `${body}${body}`],
    ["is UTF-16", "\u0000{\u0000}"],
  ])("that %s is answered with 400, which names the body and repeats none of it", async (_what, sent) => {
    const { status, error, text } = await send("POST", "", { body: sent });
    expect([status, error?.code]).toEqual([400, "INVALID_REQUEST"]);
    expect(error?.details.problems).toEqual([{ path: "body", message: "wanted well-formed JSON" }]);
    expect(text).not.toContain("hunter2");
  });

  test.each(["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", "no type"])(
    "is read as JSON when the content type is %s, as curl -d sends it",
    async (type) => {
      expect((await send("POST", "", { body, headers: { "content-type": type } })).status).toBe(200);
    },
  );

  test("that is longer than MAX_BODY_BYTES is answered with 413, announced or chunked", async () => {
    const large = `{"service_name":"${"a".repeat(2_000_000)}"}`;
    const announced = await send("POST", "", { body: large });
    expect([announced.status, announced.error?.details.limit_bytes]).toEqual([413, 2_000_000]);
    const chunks = new Blob([large]).stream();
    const chunked = await send("POST", "", { body: chunks });
    expect([chunked.status, chunked.error?.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  test("may come in chunks, also for draining", async () => {
    const chunked = (text: string) =>
      ["transfer-encoding: chunked", "", ...[...text].flatMap((one) => ["1", one]), "0", "", ""].join("\r\n");
    const call = (line: string, text: string) =>
      rawCall(scene.gateway.port, `${line} HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\n${chunked(text)}`);
    expect((await call("POST /api/v1/services", body)).status).toBe(200);
    const patched = await call("PATCH /api/v1/services/wire_service/instances/one", '{"status":"draining"}');
    expect([patched.status, JSON.parse(patched.body)["status"]]).toEqual([200, "draining"]);
  });

  test("is not read in a request that may not register", async () => {
    const { status } = await send("POST", "", { body: "{", headers: { authorization: "Bearer wrong" } });
    expect(status).toBe(401);
  });
});

describe("a change of status is refused, without its value, when it is", () => {
  test.each<[unknown]>([
    [{ status: "hunter2" }],
    [{ status: "healthy" }],
    [{ status: "stopped" }],
    [{ status: ["draining"] }],
    [{}],
    [[]],
    [null],
    ["draining"],
  ])("%j", async (sent) => {
    const { status, error, text } = await send("PATCH", "/wire_service/instances/one", { body: JSON.stringify(sent) });
    expect([status, error?.details.problems?.map(({ path }) => path)]).toEqual([400, ["status"]]);
    expect(text).not.toContain("hunter2");
  });
});

describe("methods and paths", () => {
  const instance = "/wire_service/instances/one";
  test.each([
    ["PUT", "", "GET, POST, HEAD"],
    ["DELETE", "", "GET, POST, HEAD"],
    ["POST", "/wire_service", "GET, HEAD"],
    ["GET", instance, "PATCH, DELETE"],
    ["HEAD", instance, "PATCH, DELETE"],
    ["POST", `${instance}/heartbeat`, "PUT"],
    ["OPTIONS", "", "GET, POST, HEAD"],
  ])("%s %s is answered with 405 and Allow: %s", async (method, path, allow) => {
    const { status, headers } = await send(method, path);
    expect(status).toBe(405);
    expect(headers.get("allow")?.split(", ").toSorted()).toEqual(allow.split(", ").toSorted());
  });

  test("HEAD of what can be read has the head of GET and no body", async () => {
    for (const path of ["", "/wire_service"]) {
      const [head, get] = [await send("HEAD", path), await send("GET", path)];
      expect([head.status, head.text]).toEqual([200, ""]);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    }
    expect((await send("HEAD", "", { headers: { authorization: "" } })).status).toBe(401);
  });

  test.each([
    ["GET", "/unknown_service"],
    ["GET", "/wire_service/instances"],
    ["PUT", "/wire_service/heartbeat"],
    ["PUT", "/wire_service/instances/two/heartbeat"],
    ["DELETE", "/wire_service/instances/One"],
    ["DELETE", "/unknown_service/instances/one"],
    ["DELETE", "/__proto__/instances/constructor"],
    ["PATCH", "/wire_service/instances/one/x"],
  ])("%s %s is answered with 404", async (method, path) => {
    const { status, error } = await send(method, path);
    expect([status, error?.code]).toEqual([404, "NOT_FOUND"]);
  });

  test("an encoded slash is answered with 400: it is part of no name", async () => {
    expect((await send("PUT", "/wire_service%2Finstances/one/heartbeat")).status).toBe(400);
  });

  test("answers are never kept by a cache: they hold tokens", async () => {
    expect((await send("POST", "", { body })).headers.get("cache-control")).toBe("no-store");
    expect((await send("GET", "")).headers.get("cache-control")).toBe("no-store");
  });
});
