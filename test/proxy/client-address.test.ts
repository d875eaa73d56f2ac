import { expect, test } from "bun:test";
import { clientAddressOf, toPlainAddress } from "../../src/proxy/client-address.ts";
import { TrustedProxies } from "../../src/proxy/trusted-proxies.ts";

const trusted = new TrustedProxies(["10.0.0.0/8", "fd00::/8", "127.0.0.1"]);

test("an IPv4 address that came over IPv6 is an IPv4 address", () => {
  expect(toPlainAddress("::ffff:1.2.3.4")).toBe("1.2.3.4");
  expect(toPlainAddress("1.2.3.4")).toBe("1.2.3.4");
  expect(toPlainAddress("2001:db8::1")).toBe("2001:db8::1");
});

test("the caller is the rightmost address that is no trusted proxy", () => {
  expect(clientAddressOf("10.0.0.1", null, trusted)).toBe("10.0.0.1");
  expect(clientAddressOf("10.0.0.1", "1.2.3.4", trusted)).toBe("1.2.3.4");
  expect(clientAddressOf("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.9.9.9", trusted)).toBe("1.2.3.4");
  expect(clientAddressOf("10.0.0.1", "2001:db8::7, fd00::1", trusted)).toBe("2001:db8::7");
  expect(clientAddressOf("10.0.0.1", "10.1.1.1, 10.2.2.2", trusted)).toBe("10.1.1.1");
});

test("an entry that is no address ends the search at the proxy before it", () => {
  expect(clientAddressOf("10.0.0.1", "1.2.3.4, unknown, 10.2.2.2", trusted)).toBe("10.2.2.2");
  expect(clientAddressOf("10.0.0.1", "1.2.3.4:5678", trusted)).toBe("10.0.0.1");
  expect(clientAddressOf("10.0.0.1", "", trusted)).toBe("10.0.0.1");
});

test("blocks hold exactly their addresses, in both families", () => {
  expect(trusted.includes("10.255.255.255")).toBe(true);
  expect(trusted.includes("11.0.0.0")).toBe(false);
  expect(trusted.includes("fdff::1")).toBe(true);
  expect(trusted.includes("fe00::1")).toBe(false);
  expect(trusted.includes("127.0.0.2")).toBe(false);
  expect(trusted.includes("not an address")).toBe(false);
  expect(new TrustedProxies([]).includes("10.0.0.1")).toBe(false);
});

test("a block that cannot be read is a RangeError that gives its place, not its text", () => {
  for (const bad of [
    "10.0.0.0/33",
    "fd00::/129",
    "10.0.0/8",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "host",
    "",
    "10.0.0.0/1e1",
  ]) {
    expect(() => new TrustedProxies(["10.0.0.0/8", bad])).toThrow(/^1$/);
  }
});
