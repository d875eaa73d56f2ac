import { expect, test } from "bun:test";
import { hashKeyOf } from "../../../src/services/balance/hash-key.ts";
import { callerWith } from "../instances.ts";

test("the client address is the caller's", () => {
  expect(hashKeyOf("client_address")(callerWith({}, "2001:db8::1"))).toBe("2001:db8::1");
});

test.each([
  ["header:X-Customer", { "x-customer": "c-1" }, "c-1"],
  ["header:x-customer", { "X-CUSTOMER": "a:b" }, "a:b"],
  ["header:X-Customer", { "x-customer": "" }, undefined],
  ["header:X-Customer", {}, undefined],
  // Where the host that the caller named stands once the request is the instance's.
  ["header:Host", { "x-forwarded-host": "shop.test" }, "shop.test"],
  ["cookie:sid", { cookie: "sid=s-1" }, "s-1"],
  ["cookie:sid", { cookie: "a=1; sid=s-1; b=2" }, "s-1"],
  ["cookie:sid", { cookie: "a=1;sid=s=1;" }, "s=1"],
  ["cookie:sid", { cookie: "sid=first; sid=second" }, "first"],
  ["cookie:sid", { cookie: "xsid=1; sidx=2; SID=3; v=sid=4" }, undefined],
  ["cookie:sid", { cookie: "sid=" }, undefined],
  ["cookie:sid", { cookie: "; ;sid" }, undefined],
  ["cookie:sid", {}, undefined],
])("%s of %j is %j", (hashOn, headers: Record<string, string>, key) => {
  expect(hashKeyOf(hashOn)(callerWith(headers))).toBe(key as string);
});
