import { describe, expect, test } from "bun:test";
import { at, nameWatcher } from "./watched.ts";

const watch = nameWatcher();

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
