import { expect, test } from "bun:test";
import { toAddressBlock } from "@isaas/gateway-sdk/address-block";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2/64"],
  ["2001:DB8:1:2::", "2001:db8:1:2/64"],
  ["2001:db8::1", "2001:db8:0:0/64"],
  ["fe80::1%eth0", "fe80:0:0:0/64"],
  ["unknown", "unknown"],
  ["", ""],
])("%j belongs to %j", (address, block) => {
  expect(toAddressBlock(address)).toBe(block);
});
