import { describe, expect, test } from "bun:test";
import { AddressRules, isAddressRule, privateNetworks } from "../../../plugins/registry/address-rules.ts";

const allows = (rules: readonly string[], address: string, host = address) =>
  new AddressRules(rules).allows(host, address);
const everything = ["0.0.0.0/0", "::/0", "*"] as const;

describe("where the operator says nothing", () => {
  test.each(["10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "127.0.0.1", "127.8.8.8", "::1", "fd12::1"])(
    "%s may be dialled",
    (address) => {
      expect(allows(privateNetworks, address)).toBe(true);
    },
  );

  test.each(["8.8.8.8", "172.15.255.255", "172.32.0.1", "192.169.0.1", "100.64.0.1", "2001:4860::8888", "11.0.0.1"])(
    "%s may not: it is no private address",
    (address) => {
      expect(allows(privateNetworks, address)).toBe(false);
    },
  );

  test("an address of IPv4 written as one of IPv6 is what it is", () => {
    expect(allows(privateNetworks, "::ffff:10.0.0.1")).toBe(true);
    expect(allows(privateNetworks, "::FFFF:A00:1")).toBe(true);
    expect(allows(privateNetworks, "::ffff:8.8.8.8")).toBe(false);
  });
});

describe("whatever is allowed, nobody dials", () => {
  test.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "this network"],
    ["::", "unspecified"],
    ["169.254.169.254", "link-local: metadata of most clouds"],
    ["169.254.0.1", "link-local"],
    ["fe80::1", "link-local"],
    ["FE80::A9FE:A9FE", "link-local in capitals"],
    ["febf::1", "the end of link-local"],
    ["224.0.0.1", "multicast"],
    ["ff02::1", "multicast"],
    ["255.255.255.255", "broadcast"],
    ["240.0.0.1", "reserved"],
    ["fd00:ec2::254", "metadata of AWS"],
    ["fd00:ec2:0:0:0:0:0:254", "the same written out"],
    ["FD00:EC2::254", "the same in capitals"],
    ["fd00:ec2::23", "credentials of pods at AWS"],
    ["fd20:ce::254", "metadata of Google"],
    ["fd00:c1::a9fe:a9fe", "metadata of Oracle"],
    ["100.100.100.200", "metadata of Alibaba"],
    ["::ffff:169.254.169.254", "mapped"],
    ["::ffff:a9fe:a9fe", "mapped, in hexadecimal"],
    ["0:0:0:0:0:ffff:a9fe:a9fe", "mapped, written out"],
    ["::ffff:100.100.100.200", "metadata of Alibaba, mapped"],
    ["::169.254.169.254", "compatible"],
    ["::a9fe:a9fe", "compatible, in hexadecimal"],
    ["::2", "compatible with 0.0.0.2"],
    ["64:ff9b::169.254.169.254", "NAT64"],
    ["64:ff9b::a9fe:a9fe", "NAT64, in hexadecimal"],
    ["64:ff9b:1::a9fe:a9fe", "NAT64 of a local network"],
    ["::ffff:0:169.254.169.254", "translated"],
    ["2002:a9fe:a9fe::", "6to4"],
    ["2002:a9fe:a9fe::1", "6to4, an address within"],
    ["2002:e000:1::", "6to4 of multicast"],
    ["64:ff9b::224.0.0.1", "NAT64 of multicast"],
    ["fe80::1%eth0", "with a zone"],
    ["10.0.0.1%eth0", "with a zone that IPv4 has not"],
    ["fd12::1%1", "with a zone, private"],
  ])("%s: %s", (address) => {
    expect(allows(everything, address)).toBe(false);
    expect(allows(everything, address, "billing.internal")).toBe(false);
  });

  test.each([
    "",
    "localhost",
    "10.1",
    "0x0a000001",
    "167772161",
    "010.0.0.1",
    "10.0.0.1/8",
    "[::1]",
    " 10.0.0.1",
    "1:2",
  ])("%p, which is no address", (text) => {
    expect(allows(everything, text, "billing.internal")).toBe(false);
  });

  test.each(["8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2001:4860::8888", "::ffff:8.8.8.8", "::1"])(
    "but %s, where everything is allowed",
    (address) => {
      expect(allows(everything, address)).toBe(true);
    },
  );
});

describe("a block", () => {
  test.each([
    ["10/8", "10.255.0.1", "11.0.0.1"],
    ["172.16/12", "172.31.0.1", "172.32.0.1"],
    ["192.168.7/24", "192.168.7.9", "192.168.8.9"],
    ["10.1.2.3/8", "10.9.9.9", "11.0.0.1"],
    ["10.1.2.3", "10.1.2.3", "10.1.2.4"],
    ["10.1.2.3/32", "10.1.2.3", "10.1.2.4"],
    ["10.0.0.0/31", "10.0.0.1", "10.0.0.2"],
    ["fd00::/8", "fdff::1", "fc00::1"],
    ["2001:4860::8888", "2001:4860:0:0::8888", "2001:4860::8889"],
    ["loopback", "127.9.9.9", "10.0.0.1"],
    ["loopback", "::1", "::ffff:10.0.0.1"],
    ["0.0.0.0/0", "8.8.8.8", "2001:4860::8888"],
    ["::/0", "2001:4860::8888", "8.8.8.8"],
  ])("%s has %s and not %s", (rule, inside, outside) => {
    expect(isAddressRule(rule)).toBe(true);
    expect(allows([rule], inside)).toBe(true);
    expect(allows([rule], outside)).toBe(false);
  });

  test("holds for what a name leads to as well", () => {
    expect(allows(["10/8"], "10.0.0.1", "billing.example")).toBe(true);
    expect(allows(["10/8"], "8.8.8.8", "billing.example")).toBe(false);
  });
});

describe("a pattern for names", () => {
  test.each<[rule: string, host: string, fits: boolean]>([
    ["*.internal", "billing.internal", true],
    ["*.internal", "a.b.internal", true],
    ["*.internal", "BILLING.Internal", true],
    ["*.internal", "billing.internal.", true],
    ["*.INTERNAL", "billing.internal", true],
    ["*.internal", "internal", false],
    ["*.internal", "billing.internal.evil.example", false],
    ["*.internal", "billing.internal..", false],
    ["*.internal", "billinginternal", false],
    ["*.internal", "billing.internal\n", false],
    ["*.internal", "evil.example\n.internal", false],
    ["billing", "billing", true],
    ["billing", "billing2", false],
    ["billing", "my-billing", false],
    ["b.lling", "billing", false],
    ["billing-*", "billing-7", true],
    ["billing-*", "billing", false],
    ["*", "anything.example", true],
  ])("%s and %j: %p", (rule, host, fits) => {
    expect(isAddressRule(rule)).toBe(true);
    expect(allows([rule], "8.8.8.8", host)).toBe(fits);
  });

  test("never lets in an address, which has no name to fit", () => {
    for (const address of ["8.8.8.8", "2001:4860::8888", "::ffff:8.8.8.8"]) {
      expect(allows(["*", "8.*", "*8"], address)).toBe(false);
    }
  });

  test("does not open the ranges that are never dialled", () => {
    expect(allows(["metadata.google.internal"], "169.254.169.254", "metadata.google.internal")).toBe(false);
  });
});

describe("no rule is", () => {
  test.each([
    "",
    "10",
    "10.0.0.0/33",
    "10/33",
    "256/8",
    "010/8",
    "10.0.0.0/8/8",
    "10.0.0.0/",
    "10.0.0.0/-1",
    "10.0.0.0/+8",
    "10.0.0.0/8 ",
    "1.2.3.4.5/8",
    "::/129",
    "[::1]",
    "::1/12x",
    "a/8",
    "http://a",
    "a:80",
    "(a|b)",
    "a+",
    "a?",
    "[ab]",
    "a$",
    "^a",
    "a b",
    "a\n",
    "127.1",
    "a".repeat(254),
  ])("%j", (text) => {
    expect(isAddressRule(text)).toBe(false);
  });
});
