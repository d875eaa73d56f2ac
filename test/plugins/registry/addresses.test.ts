import { describe, expect, test } from "bun:test";
import { AddressRules, privateNetworks } from "../../../plugins/registry/address-rules.ts";
import { findDialable, toAuthority, toUrl } from "../../../plugins/registry/addresses.ts";

const rules = new AddressRules(privateNetworks);
const leadsTo =
  (...addresses: string[]) =>
  async () =>
    addresses;

describe("a host", () => {
  test("has those of its addresses that may be dialled, in their order", async () => {
    const found = await findDialable("billing", rules, leadsTo("8.8.8.8", "10.0.0.2", "169.254.169.254", "10.0.0.1"));
    expect(found).toEqual({ addresses: ["10.0.0.2", "10.0.0.1"] });
  });

  test("is forbidden when none of them may be", async () => {
    expect(await findDialable("billing", rules, leadsTo("8.8.8.8", "::"))).toEqual({ refused: "forbidden" });
  });

  test.each<[string, () => Promise<string[]>]>([
    ["rejects", () => Promise.reject(new Error("ENOTFOUND"))],
    ["finds nothing", leadsTo()],
  ])("is unresolved when the resolver %s", async (_, resolve) => {
    expect(await findDialable("billing", rules, resolve)).toEqual({ refused: "unresolved" });
  });

  test("that is an address is its own, and nobody is asked", async () => {
    const resolve = () => Promise.reject(new Error("asked"));
    expect(await findDialable("10.0.0.1", rules, resolve)).toEqual({ addresses: ["10.0.0.1"] });
    expect(await findDialable("::1", rules, resolve)).toEqual({ addresses: ["::1"] });
    expect(await findDialable("8.8.8.8", rules, resolve)).toEqual({ refused: "forbidden" });
  });
});

test("an address of IPv6 stands in brackets, in a URL and in a Host header", () => {
  expect(toUrl("10.0.0.1", 8001)).toBe("http://10.0.0.1:8001");
  expect(toUrl("fd12::1", 80)).toBe("http://[fd12::1]:80");
  expect(toAuthority("fd12::1", 8001)).toBe("[fd12::1]:8001");
});

test("a Host header leaves out the port that is meant anyway", () => {
  expect(toAuthority("billing", 80)).toBe("billing");
  expect(toAuthority("billing", 443)).toBe("billing:443");
});
