import { beforeEach, describe, expect, test } from "bun:test";
import { dnsSource, settingsSource } from "../../src/routing/directory.ts";
import { toWire } from "../../src/routing/wire.ts";
import { createDirectory, type DirectoryParts, toInstance, toPlan } from "../support/directory.ts";

let parts: DirectoryParts;
beforeEach(() => {
  parts = createDirectory();
});

describe("a service of the settings", () => {
  beforeEach(() => {
    parts.directory.publish(settingsSource, "a_service", [toPlan("a_service", "/a")], [toInstance("fixed")]);
  });

  test("keeps its routes, whatever else is said of it, and gets the instances beside its own", () => {
    parts.publish("a_service", ["/elsewhere"], ["one"]);
    expect(parts.prefixes()).toEqual(["/a"]);
    expect(parts.targetOf("/a").instances.map(({ id }) => id)).toEqual(["fixed", "one"]);
    parts.directory.publish(dnsSource, "a_service", [], [toInstance("dns")]);
    expect(parts.targetOf("/a").instances.map(({ id }) => id)).toEqual(["fixed", "one", "dns"]);
    parts.directory.withdraw("registry", "a_service");
    expect(parts.targetOf("/a").instances.map(({ id }) => id)).toEqual(["fixed", "dns"]);
    expect(parts.ownerOf("/a")).toBe("a_service");
  });

  test("is told with its own instances and those of its names, not with those that registered", () => {
    parts.publish("a_service", [], ["one"]);
    parts.publish("b_service", ["/b"], ["two"]);
    parts.directory.publish(dnsSource, "a_service", [], [toInstance("dns")]);
    const fixed = parts.directory.fixed(toWire);
    expect(fixed.map(({ name, instances }) => [name, instances.map(({ id }) => id)])).toEqual([
      ["a_service", ["fixed", "dns"]],
    ]);
    expect(fixed[0]?.routes).toMatchObject([
      { path_prefix: "/a", methods: ["GET"], timeout: 30, auth_required: false },
    ]);
  });

  test("that names no routes anywhere is still one", () => {
    parts.directory.publish(settingsSource, "c_service", [], []);
    expect(parts.directory.fixed(toWire).map(({ name }) => name)).toEqual(["a_service", "c_service"]);
  });

  test("loses a document with the instances that brought it", () => {
    parts.publish("a_service", [], ["one"], { document: { openapi: "3.1.0" } });
    expect(parts.directory.described(toWire)).toHaveLength(1);
    parts.directory.withdraw("registry", "a_service");
    expect(parts.directory.described(toWire)).toEqual([]);
  });
});

describe("a document", () => {
  test("is told with the service's routes, services in the order of their names", () => {
    const document = { openapi: "3.1.0", paths: {} };
    parts.publish("b_service", ["/b"], [], { document });
    parts.publish("a_service", ["/a"], [], { document: { paths: {} } });
    parts.publish("c_service", ["/c"]);
    const described = parts.directory.described(toWire);
    expect(described.map(({ name }) => name)).toEqual(["a_service", "b_service"]);
    expect(described[1]?.document).toBe(document);
    expect(described[1]?.routes).toMatchObject([{ path_prefix: "/b" }]);
  });

  test("goes when the service does not describe itself any more, as whoever brought it says", () => {
    parts.publish("a_service", ["/a"], [], { document: {} });
    parts.directory.publish(dnsSource, "a_service", [], []);
    expect(parts.directory.described(toWire)).toHaveLength(1);
    parts.publish("a_service", ["/a"]);
    expect(parts.directory.described(toWire)).toEqual([]);
  });
});
