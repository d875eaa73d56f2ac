import { expect, test } from "bun:test";
import { registerService, type ServiceOptions } from "@isaas/gateway-sdk/service";
import { toServiceName } from "../../../sdk/service/registration-of.ts";

const right = { name: "intent", port: 8002, gateway: "http://localhost:8000", key: "a-key" };
const secret = "s3cret-that-nobody-reads";

test.each([
  ["name", { name: "" }],
  ["name", { name: "9lives" }],
  ["name", { name: "a".repeat(60) }],
  ["port", { port: 0 }],
  ["port", { port: 65_536 }],
  ["port", { port: 80.5 }],
  ["port", { port: "80" }],
  ["gateway", { gateway: "localhost:8000" }],
  ["gateway", { gateway: "ftp://localhost" }],
  ["gateway", { gateway: `http://user:${secret}@localhost` }],
  ["gateway", { gateway: "http://localhost/?x=1" }],
  ["gateway", { gateway: [] }],
  ["gateway", { gateway: ["http://localhost", "nowhere"] }],
  ["key", { key: undefined }],
  ["key", { key: "" }],
  ["key", { key: `${secret}\n` }],
  ["key", { key: secret, credentials: { clientId: "a", clientSecret: secret } }],
  ["credentials.clientId", { key: undefined, credentials: { clientId: "", clientSecret: secret } }],
  ["credentials.clientSecret", { key: undefined, credentials: { clientId: "a", clientSecret: undefined } }],
  ["drainSeconds", { drainSeconds: -1 }],
  ["drainSeconds", { drainSeconds: 61 }],
  ["drainSeconds", { drainSeconds: Number.NaN }],
  ["apiPrefix", { apiPrefix: "api/v1" }],
  ["apiPrefix", { apiPrefix: "/api/v1/" }],
])("a wrong %s is refused by its name, without its value", async (path, wrong) => {
  const options = { ...right, ...wrong } as unknown as ServiceOptions;
  const error = await registerService(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toStartWith(`TypeError: ${path}: wanted `);
  expect(String(error)).not.toContain(secret);
});

test("names are those of services", () => {
  expect(["intent", "intent_service", "billing-eu", "a-b-service"].map(toServiceName)).toEqual([
    "intent_service",
    "intent_service",
    "billing_eu_service",
    "a_b_service",
  ]);
});
