import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { ResolveError } from "../../../src/services/dns/resolve-error.ts";
import { createResolver } from "../../../src/services/dns/resolver.ts";
import { startDnsServer } from "../../support/dns-server.ts";

const server = await startDnsServer();
const resolver = createResolver({ servers: [server.address], timeoutMs: 2000 });
afterAll(() => server.close());
beforeEach(() => server.delayBy(0));

const codeOf = (question: Promise<unknown>): Promise<unknown> =>
  question.then(
    (answer) => answer,
    (error: unknown) => (error instanceof ResolveError ? error.code : error),
  );

describe("addresses", () => {
  test("are those of both families, IPv4 first, each once", async () => {
    server.answerWith({ "a.test": { AAAA: ["fd00::1"], A: ["10.0.0.2", "10.0.0.1", "10.0.0.2"] } });
    const addresses = await resolver.addresses("a.test");
    expect(addresses.toSorted()).toEqual(["10.0.0.1", "10.0.0.2", "fd00::1"]);
    expect(addresses.at(-1)).toBe("fd00::1");
  });

  test("of one family are enough, whatever becomes of the other", async () => {
    const hasty = createResolver({ servers: [server.address], timeoutMs: 500 });
    for (const other of [[], "SERVFAIL", "REFUSED", "silence"] as const) {
      server.answerWith({
        "four.test": { A: ["10.0.0.1"], AAAA: other },
        "six.test": { A: other, AAAA: ["fd00::1"] },
      });
      expect(await Promise.all([hasty.addresses("four.test"), hasty.addresses("six.test")])).toEqual([
        ["10.0.0.1"],
        ["fd00::1"],
      ]);
    }
  });

  test("that neither family has are missing for the reason that says more", async () => {
    server.answerWith({ "four.test": { A: "SERVFAIL" }, "six.test": { AAAA: "SERVFAIL" } });
    expect(await codeOf(resolver.addresses("four.test"))).toBe("SERVFAIL");
    expect(await codeOf(resolver.addresses("six.test"))).toBe("SERVFAIL");
  });

  test("of an address are itself, and nobody is asked", async () => {
    const before = server.questions.length;
    expect(await resolver.addresses("10.0.0.9")).toEqual(["10.0.0.9"]);
    expect(await resolver.addresses("fd00::9")).toEqual(["fd00::9"]);
    expect(server.questions.length).toBe(before);
  });

  test("are asked for anew each time: no answer is kept for its TTL", async () => {
    server.answerWith({ "a.test": { A: ["10.0.0.1"] } });
    await resolver.addresses("a.test");
    server.answerWith({ "a.test": { A: ["10.0.0.2"] } });
    expect(await resolver.addresses("a.test")).toEqual(["10.0.0.2"]);
  });

  test("of this machine come the system's way when no server is set", async () => {
    const system = createResolver({ servers: [] });
    expect(await system.addresses("localhost")).toContain("127.0.0.1");
    expect(await codeOf(system.addresses(""))).toBe("NOT_FOUND");
    expect(await codeOf(system.addresses("a..b"))).toBe("NOT_FOUND");
  });
});

describe("services", () => {
  test("are the SRV records", async () => {
    const records = [
      { target: "one.test", port: 8001, priority: 1, weight: 10 },
      { target: "two.test", port: 8002, priority: 2, weight: 65_535 },
    ];
    server.answerWith({ "_http._tcp.a.test": { SRV: records } });
    const found = await resolver.services("_http._tcp.a.test");
    expect(found.toSorted((a, b) => a.port - b.port)).toEqual([
      { host: "one.test", port: 8001, priority: 1, weight: 10 },
      { host: "two.test", port: 8002, priority: 2, weight: 65_535 },
    ]);
  });

  test("the host `.`, which says that there is none, and port 0 are no services", async () => {
    server.answerWith({
      "none.test": { SRV: [{ target: ".", port: 1 }] },
      "some.test": {
        SRV: [
          { target: "a.test", port: 0 },
          { target: "b.test", port: 1 },
        ],
      },
    });
    expect(await codeOf(resolver.services("none.test"))).toBe("NOT_FOUND");
    expect(await resolver.services("some.test")).toEqual([{ host: "b.test", port: 1, priority: 0, weight: 0 }]);
  });
});

describe("a failure", () => {
  test.each([
    ["missing.test", "NOT_FOUND"],
    ["empty.test", "NOT_FOUND"],
    ["broken.test", "SERVFAIL"],
    ["closed.test", "REFUSED"],
  ])("of %s has the code %s", async (name, code) => {
    server.answerWith({ "empty.test": {}, "broken.test": "SERVFAIL", "closed.test": "REFUSED" });
    expect(await codeOf(resolver.addresses(name))).toBe(code);
    expect(await codeOf(resolver.services(name))).toBe(code);
  });

  test("does not say which name it was", async () => {
    server.answerWith({});
    const error = await resolver.addresses("hunter2.test").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ResolveError);
    expect(error).toMatchObject({ message: "the name does not resolve: NOT_FOUND" });
  });

  test("TIMEOUT comes in time when the server is silent", async () => {
    server.answerWith({ "mute.test": "silence" });
    const hasty = createResolver({ servers: [server.address], timeoutMs: 300 });
    const startedMs = performance.now();
    expect(await Promise.all([codeOf(hasty.addresses("mute.test")), codeOf(hasty.services("mute.test"))])).toEqual([
      "TIMEOUT",
      "TIMEOUT",
    ]);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  test("TIMEOUT comes in time when the answer is late", async () => {
    server.answerWith({ "a.test": { A: ["10.0.0.1"] } });
    server.delayBy(800);
    const hasty = createResolver({ servers: [server.address], timeoutMs: 200 });
    expect(await codeOf(hasty.addresses("a.test"))).toBe("TIMEOUT");
  });
});

describe("single flight", () => {
  test("a hundred simultaneous questions for a name are one query for each family", async () => {
    server.answerWith({ "a.test": { A: ["10.0.0.1"], SRV: [{ target: "a.test", port: 1 }] } });
    server.delayBy(100);
    const before = server.questions.length;
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => Promise.all([resolver.addresses("a.test"), resolver.services("a.test")])),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(server.questions.slice(before).toSorted()).toEqual(["A a.test", "AAAA a.test", "SRV a.test"]);
  });

  test("different names are different questions", async () => {
    server.answerWith({ "a.test": { A: ["10.0.0.1"] }, "b.test": { A: ["10.0.0.2"] } });
    server.delayBy(100);
    expect(await Promise.all(["a.test", "b.test"].map((name) => resolver.addresses(name)))).toEqual([
      ["10.0.0.1"],
      ["10.0.0.2"],
    ]);
  });

  test("who comes after a failure asks again", async () => {
    server.answerWith({ "a.test": "SERVFAIL" });
    expect(await codeOf(resolver.addresses("a.test"))).toBe("SERVFAIL");
    server.answerWith({ "a.test": { A: ["10.0.0.1"] } });
    expect(await codeOf(resolver.addresses("a.test"))).toEqual(["10.0.0.1"]);
  });
});

test("a second server answers when the first is silent, within the default time", async () => {
  const silent = await startDnsServer({ "a.test": "silence" });
  try {
    server.answerWith({ "a.test": { A: ["10.0.0.1"] } });
    const both = createResolver({ servers: [silent.address, server.address] });
    expect(await both.addresses("a.test")).toEqual(["10.0.0.1"]);
    expect(silent.questions).toContain("A a.test");
  } finally {
    silent.close();
  }
});
