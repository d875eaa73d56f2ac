import { afterEach, describe, expect, test } from "bun:test";
import { PluginHost } from "../../src/pipeline/plugin-host.ts";
import { type InProcessGateway, startInProcess } from "../support/in-process.ts";
import { plugin } from "./plugins.ts";

const host = () => ({}) as never;

test("all plugins reload in chain order, also after one that cannot", async () => {
  const told: string[] = [];
  const telling = (name: string) => plugin(name, {}, { reload: async () => void told.push(name) });
  const broken = new Error("no such file");
  const failing = plugin("failing", {}, { reload: () => Promise.reject(broken) });
  const throwing = plugin(
    "throwing",
    {},
    {
      reload() {
        throw broken;
      },
    },
  );
  const plugins = new PluginHost();
  await plugins.setUp([telling("a"), failing, plugin("still"), throwing, telling("b")], host, {});
  expect(await plugins.reload()).toEqual([
    { plugin: "failing", error: broken },
    { plugin: "throwing", error: broken },
  ]);
  expect(told).toEqual(["a", "b"]);
});

describe("a gateway that reloads", () => {
  let gateway: InProcessGateway | undefined;
  afterEach(() => gateway?.stop());

  test("says so, or which plugin could not and why, and goes on", async () => {
    let broken = false;
    const reload = (): void => {
      if (broken) throw new Error("line 3 is no line");
    };
    const started = await startInProcess({ plugins: [plugin("picky", {}, { reload })] });
    gateway = started;
    await started.gateway.reload();
    expect(started.lines.map(({ msg }) => msg)).toContain("reloaded");
    broken = true;
    await started.gateway.reload();
    const failure = started.lines.find(({ msg }) => msg === "reload failed");
    expect(failure).toMatchObject({ level: "error", plugin: "picky", reason: "line 3 is no line" });
    expect((await fetch(`${started.url}/health`)).status).toBe(200);
  });
});
