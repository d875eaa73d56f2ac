import { afterEach, describe, expect, test } from "bun:test";
import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import { systemClock } from "../../../src/clock.ts";
import type { DnsTarget } from "../../../src/services/dns/dns-target.ts";
import { createResolver } from "../../../src/services/dns/resolver.ts";
import { watchNames } from "../../../src/services/dns/watch-names.ts";
import { type DnsServer, type DnsTable, startDnsServer } from "../../support/dns-server.ts";
import { waitFor } from "../../support/wait-for.ts";

const everyMs = 50;
const at = (name: string, port?: number, basePath = ""): DnsTarget => ({ name, port, basePath });

interface Watched {
  readonly server: DnsServer;
  /** Ids of each set that was published, in order. */
  readonly published: readonly (readonly string[])[];
  readonly latest: () => readonly InstanceInfo[];
  readonly logged: readonly { readonly level: string; readonly fields: object }[];
  /** Waits until some more rounds are over. */
  readonly pass: (rounds: number) => Promise<void>;
  readonly close: () => void;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Watches these names at a server of its own; the first round is over. */
async function watch(table: DnsTable, targets: readonly DnsTarget[], timeoutMs = 2000): Promise<Watched> {
  const server = await startDnsServer(table);
  const sets: (readonly InstanceInfo[])[] = [];
  const logged: { level: string; fields: object }[] = [];
  const write = (level: string) => (fields: object) => void logged.push({ level, fields });
  const log = {
    trace: write("trace"),
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  const resolver = createResolver({ servers: [server.address], timeoutMs });
  const names = watchNames({ targets, resolver, clock: systemClock, log, everyMs }, (set) => sets.push(set));
  closers.push(() => {
    names.close();
    server.close();
  });
  await names.start();
  const [first] = server.questions;
  return {
    server,
    logged,
    get published() {
      return sets.map((set) => set.map(({ id }) => id));
    },
    latest: () => sets.at(-1) ?? [],
    async pass(rounds) {
      const begun = (): number => server.questions.filter((question) => question === first).length;
      // The one that is under way may have asked already, and the last one must be over.
      const end = begun() + rounds + 1;
      await waitFor(`${rounds} rounds`, () => begun() >= end);
    },
    close: () => names.close(),
  };
}

describe("a name with a port", () => {
  test("two addresses are two instances: the address is dialled, the name is in Host", async () => {
    const { latest } = await watch({ "a.test": { A: ["10.0.0.8", "10.0.0.7"] } }, [at("a.test", 8001, "/base")]);
    expect(latest()).toEqual([
      {
        id: "10.0.0.7:8001/base",
        url: "http://10.0.0.7:8001/base",
        authority: "a.test:8001",
        weight: 1,
        open: true,
      },
      {
        id: "10.0.0.8:8001/base",
        url: "http://10.0.0.8:8001/base",
        authority: "a.test:8001",
        weight: 1,
        open: true,
      },
    ]);
  });

  test("IPv6 addresses stand in brackets", async () => {
    const { latest } = await watch({ "a.test": { AAAA: ["fd00::7"] } }, [at("a.test", 80)]);
    expect(latest()).toEqual([
      { id: "[fd00::7]:80", url: "http://[fd00::7]:80", authority: "a.test:80", weight: 1, open: true },
    ]);
  });

  test("the dot of an absolute name is not in Host", async () => {
    const { latest } = await watch({ "a.test": { A: ["10.0.0.7"] } }, [at("a.test.", 80)]);
    expect(latest().map(({ authority }) => authority)).toEqual(["a.test:80"]);
  });

  test("an address is its own instance", async () => {
    const { latest } = await watch({ "a.test": { A: ["10.0.0.1"] } }, [at("a.test", 1), at("fd00::7", 2)]);
    expect(latest().map(({ id, authority }) => [id, authority])).toEqual([
      ["10.0.0.1:1", "a.test:1"],
      ["[fd00::7]:2", "[fd00::7]:2"],
    ]);
  });

  test("a changed record is published, an unchanged one is not, in whatever order it comes", async () => {
    const { server, published, pass } = await watch({ "a.test": { A: ["10.0.0.7", "10.0.0.8"] } }, [at("a.test", 1)]);
    server.answerWith({ "a.test": { A: ["10.0.0.8", "10.0.0.7"] } });
    await pass(3);
    expect(published).toEqual([["10.0.0.7:1", "10.0.0.8:1"]]);
  });

  test("a changed record is published in the next round", async () => {
    const watched = await watch({ "a.test": { A: ["10.0.0.7"] } }, [at("a.test", 1)]);
    watched.server.answerWith({ "a.test": { A: ["10.0.0.9", "10.0.0.7"] } });
    await watched.pass(1);
    watched.server.answerWith({ "a.test": { A: ["10.0.0.9"] } });
    await watched.pass(1);
    expect(watched.published).toEqual([["10.0.0.7:1"], ["10.0.0.7:1", "10.0.0.9:1"], ["10.0.0.9:1"]]);
  });
});

describe("a name with SRV records", () => {
  const srv = (target: string, port: number, priority = 0, weight = 0) => ({ target, port, priority, weight });

  test("hosts, ports and weights come from the records", async () => {
    const { latest } = await watch(
      {
        "_http._tcp.a.test": { SRV: [srv("one.test", 8001, 5, 10), srv("two.test", 8002, 5, 0)] },
        "one.test": { A: ["10.0.0.1"], AAAA: ["fd00::1"] },
        "two.test": { A: ["10.0.0.2"] },
      },
      [at("_http._tcp.a.test", undefined, "/base")],
    );
    expect(latest()).toEqual([
      {
        id: "10.0.0.1:8001/base",
        url: "http://10.0.0.1:8001/base",
        authority: "one.test:8001",
        weight: 10,
        open: true,
      },
      {
        id: "10.0.0.2:8002/base",
        url: "http://10.0.0.2:8002/base",
        authority: "two.test:8002",
        weight: 1,
        open: true,
      },
      {
        id: "[fd00::1]:8001/base",
        url: "http://[fd00::1]:8001/base",
        authority: "one.test:8001",
        weight: 10,
        open: true,
      },
    ]);
  });

  test("weights above 1000 are scaled down together", async () => {
    const { latest } = await watch(
      {
        "a.test": { SRV: [srv("b.test", 1, 0, 65_535), srv("b.test", 2, 0, 6553), srv("b.test", 3, 0, 1)] },
        "b.test": { A: ["10.0.0.1"] },
      },
      [at("a.test")],
    );
    expect(latest().map(({ id, weight }) => [id, weight])).toEqual([
      ["10.0.0.1:1", 1000],
      ["10.0.0.1:2", 100],
      ["10.0.0.1:3", 1],
    ]);
  });

  test("only the lowest priority counts, and the next one where it has no instance", async () => {
    const SRV = [srv("spare.test", 3, 20), srv("main.test", 1, 10), srv("last.test", 4, 30)];
    const hosts = { "spare.test": { A: ["10.0.0.3"] }, "last.test": { A: ["10.0.0.4"] } };
    const watched = await watch({ "a.test": { SRV }, ...hosts }, [at("a.test")]);
    expect(watched.published).toEqual([["10.0.0.3:3"]]);
    watched.server.answerWith({ "a.test": { SRV }, ...hosts, "main.test": { A: ["10.0.0.1"] } });
    await watched.pass(1);
    expect(watched.published).toEqual([["10.0.0.3:3"], ["10.0.0.1:1"]]);
  });

  test("a host that fails keeps its own instances while the others change", async () => {
    const watched = await watch(
      {
        "a.test": { SRV: [srv("one.test", 1), srv("two.test", 2)] },
        "one.test": { A: ["10.0.0.1"] },
        "two.test": { A: ["10.0.0.2"] },
      },
      [at("a.test")],
    );
    watched.server.answerWith({
      "a.test": { SRV: [srv("one.test", 1), srv("two.test", 2)] },
      "one.test": "SERVFAIL",
      "two.test": { A: ["10.0.0.9"] },
    });
    await watched.pass(3);
    expect(watched.published).toEqual([
      ["10.0.0.1:1", "10.0.0.2:2"],
      ["10.0.0.1:1", "10.0.0.9:2"],
    ]);
    expect(watched.logged).toEqual([
      { level: "warn", fields: { name: "a.test", unresolved: "one.test", code: "SERVFAIL", kept: 2 } },
    ]);
  });

  test("records whose hosts are all new and unknown take nothing away", async () => {
    const watched = await watch({ "a.test": { SRV: [srv("one.test", 1)] }, "one.test": { A: ["10.0.0.1"] } }, [
      at("a.test"),
    ]);
    watched.server.answerWith({ "a.test": { SRV: [srv("new.test", 1)] } });
    await watched.pass(2);
    expect(watched.published).toEqual([["10.0.0.1:1"]]);
  });
});

describe("a failure", () => {
  test.each([
    ["a name that is gone", {}, "NOT_FOUND"],
    ["an answer without an address", { "a.test": {} }, "NOT_FOUND"],
    ["SERVFAIL", { "a.test": "SERVFAIL" }, "SERVFAIL"],
    ["silence", { "a.test": "silence" }, "TIMEOUT"],
  ] as const)(
    "%s keeps the last good instances, and is logged once until all is well again",
    async (_, table, code) => {
      const good = { "a.test": { A: ["10.0.0.1"] } };
      const watched = await watch(good, [at("a.test", 1)], 500);
      watched.server.answerWith(table);
      await watched.pass(2);
      const warning = { level: "warn", fields: { name: "a.test", unresolved: "a.test", code, kept: 1 } };
      expect(watched.logged).toEqual([warning]);
      watched.server.answerWith(good);
      await watched.pass(3);
      expect(watched.published).toEqual([["10.0.0.1:1"]]);
      expect(watched.logged).toEqual([warning, { level: "info", fields: { name: "a.test", instances: 1 } }]);
    },
  );

  test("of the first round publishes nothing; the first good answer is published", async () => {
    const watched = await watch({}, [at("a.test", 1)]);
    expect(watched.published).toEqual([]);
    watched.server.answerWith({ "a.test": { A: ["10.0.0.1"] } });
    await watched.pass(1);
    expect(watched.published).toEqual([["10.0.0.1:1"]]);
    expect(watched.logged.map(({ level }) => level)).toEqual(["warn", "info"]);
  });

  test("of one name does not hold the others", async () => {
    const watched = await watch(
      { "a.test": { A: ["10.0.0.1"] }, "b.test": { A: ["10.0.0.2"] } },
      [at("a.test", 1), at("b.test", 1)],
      500,
    );
    watched.server.answerWith({ "a.test": "silence", "b.test": { A: ["10.0.0.3"] } });
    await watched.pass(2);
    expect(watched.latest().map(({ id }) => id)).toEqual(["10.0.0.1:1", "10.0.0.3:1"]);
  });
});

test("two names of one instance are one instance, as the first name says", async () => {
  const { latest } = await watch({ "a.test": { A: ["10.0.0.1"] }, "b.test": { A: ["10.0.0.1", "10.0.0.2"] } }, [
    at("b.test", 1),
    at("a.test", 1),
  ]);
  expect(latest().map(({ id, authority }) => [id, authority])).toEqual([
    ["10.0.0.1:1", "b.test:1"],
    ["10.0.0.2:1", "b.test:1"],
  ]);
});

describe("close", () => {
  test("ends the rounds", async () => {
    const { server, close } = await watch({ "a.test": { A: ["10.0.0.1"] } }, [at("a.test", 1)]);
    close();
    await Bun.sleep(5 * everyMs);
    expect(server.questions).toHaveLength(2);
  });

  test("keeps an answer that comes later from being published or logged, and a timer from being set", async () => {
    const server = await startDnsServer({ "a.test": { A: ["10.0.0.1"] } });
    server.delayBy(100);
    const heard: unknown[] = [];
    const hear = (...said: unknown[]): void => void heard.push(said);
    const log = { trace: hear, debug: hear, info: hear, warn: hear, error: hear };
    const resolver = createResolver({ servers: [server.address] });
    const targets = [at("a.test", 1), at("missing.test", 1)];
    const names = watchNames({ targets, resolver, clock: systemClock, log, everyMs }, hear);
    try {
      expect(server.questions).toEqual([]);
      const started = names.start();
      await waitFor("the questions", () => server.questions.length === 4);
      names.close();
      await started;
      await Bun.sleep(4 * everyMs);
      expect(heard).toEqual([]);
      expect(server.questions.length).toBe(4);
    } finally {
      names.close();
      server.close();
    }
  });
});
