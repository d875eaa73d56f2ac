import { describe, expect, test } from "bun:test";
import type { Host, Plugin } from "@isaas/gateway-sdk/plugin";
import { PluginHost } from "../../src/pipeline/plugin-host.ts";
import { noHost, options, plugin } from "./plugins.ts";

/** Tells what is done to it. */
function telling(name: string, told: string[], parts: Partial<Plugin> = {}): Plugin {
  const setup = () => {
    told.push(`${name} set up`);
    return {
      ready: () => void told.push(`${name} ready`),
      close: () => void told.push(`${name} closed`),
    };
  };
  return plugin(name, { setup, ...parts });
}

const host = () => ({}) as Host;

test("plugins are set up in chain order, made ready in it and closed in reverse", async () => {
  const told: string[] = [];
  const plugins = new PluginHost();
  await plugins.setUp([telling("late", told, { stage: "upstream" }), telling("early", told)], host, {});
  await plugins.ready();
  await plugins.close();
  expect(told).toEqual(["early set up", "late set up", "early ready", "late ready", "late closed", "early closed"]);
});

test("each gets its own host and its own options", async () => {
  const got: unknown[] = [];
  const setup = (lent: unknown, said: unknown) => {
    got.push([lent, said]);
    return {};
  };
  const plugins = [plugin("a", { setup }), plugin("b", { setup })];
  const settings = { a: { speed: 1 }, someone_else: { speed: 2 } };
  await new PluginHost().setUp(plugins, ({ name }) => ({ version: name }) as Host, settings);
  expect(got).toEqual([
    [{ version: "a" }, { speed: 1 }],
    [{ version: "b" }, {}],
  ]);
});

test("a set-up may take its time: the next one waits for it", async () => {
  const told: string[] = [];
  const setup = async () => {
    await Bun.sleep(5);
    told.push("slow set up");
    return {};
  };
  await new PluginHost().setUp([plugin("slow", { setup }), telling("next", told)], host, {});
  expect(told).toEqual(["slow set up", "next set up"]);
});

describe("when a set-up fails half-way", () => {
  const failing = plugin("failing", {
    setup() {
      throw new Error("no such key");
    },
  });

  test("those before it are closed in reverse, those after it are never set up, and the failure goes on", async () => {
    const told: string[] = [];
    const plugins = new PluginHost();
    const all = [telling("a", told), telling("b", told), failing, telling("c", told)];
    await expect(plugins.setUp(all, host, {})).rejects.toThrow("no such key");
    expect(told).toEqual(["a set up", "b set up", "b closed", "a closed"]);
    expect(plugins.loaded).toEqual([]);
  });

  test("its failure is told, not that of a plugin that could not be closed either", async () => {
    const stuck = plugin("stuck", {}, { close: () => Promise.reject(new Error("stuck")) });
    await expect(new PluginHost().setUp([stuck, failing], host, {})).rejects.toThrow("no such key");
  });
});

test("a plugin that fails to close keeps none of the others open; the first failure is thrown", async () => {
  const told: string[] = [];
  const failing = (name: string) => plugin(name, {}, { close: () => Promise.reject(new Error(name)) });
  const plugins = new PluginHost();
  await plugins.setUp([telling("a", told), failing("b"), failing("c"), telling("d", told)], host, {});
  await expect(plugins.close()).rejects.toThrow("c");
  expect(told).toEqual(["a set up", "d set up", "d closed", "a closed"]);
});

test("closing twice closes each plugin once", async () => {
  const told: string[] = [];
  const plugins = new PluginHost();
  await plugins.setUp([telling("a", told)], host, {});
  await plugins.close();
  await plugins.close();
  expect(told).toEqual(["a set up", "a closed"]);
});

test("plugins that contradict each other are refused before any is set up", async () => {
  const told: string[] = [];
  const refused = new PluginHost().setUp([telling("a", told), plugin("b", { requires: ["c"], options })], noHost, {});
  await expect(refused).rejects.toThrow("plugin b: requires: wanted c beside it, got none");
  expect(told).toEqual([]);
});
