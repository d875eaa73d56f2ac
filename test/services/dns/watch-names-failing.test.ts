import { describe, expect, test } from "bun:test";
import { systemClock } from "../../../src/clock.ts";
import { createResolver } from "../../../src/services/dns/resolver.ts";
import { watchNames } from "../../../src/services/dns/watch-names.ts";
import { startDnsServer } from "../../support/dns-server.ts";
import { waitFor } from "../../support/wait-for.ts";
import { at, everyMs, nameWatcher } from "./watched.ts";

const watch = nameWatcher();

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
