import { expect, test } from "bun:test";
import { freePort } from "../support/free-port.ts";
import { waitFor } from "../support/wait-for.ts";
import { pluginCode, pluginFolder } from "../plugins-dir/plugin-folder.ts";
import { runInProcess } from "./run-in-process.ts";

const code = (word: string): string =>
  pluginCode(
    "a",
    `{ endpoints: new Elysia().get("/a", () => "${word}, " + options.a_word) }`,
    `options: Type.Object({ a_word: Type.String({ default: "none", pattern: "^[a-z]+$" }) }),
  check: ({ a_word }) => (a_word === "${word}" ? [{ path: "a_word", wanted: "another word", got: "this one" }] : []),`,
  );

test("serve follows the directory: on SIGHUP each version is set up with what the settings say, or refused", async () => {
  using folder = pluginFolder({ "a.ts": code("one") });
  const port = await freePort();
  let signal: ((signal: "SIGTERM") => void) | undefined;
  let reload: (() => unknown) | undefined;
  const ended = runInProcess(
    ["serve", "--plugins", folder.path],
    { PORT: String(port), A_WORD: "moin", LOG_LEVEL: "error" },
    { onSignal: (listener) => void (signal = listener), onReload: (listener) => void (reload = listener) },
  );
  const get = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined))?.text() ?? "";
  await waitFor("the gateway", async () => (await get("/a")) === "one, moin");
  folder.write("a.ts", code("two"));
  await reload?.();
  expect(await get("/a")).toBe("two, moin");
  // It does not like the word that the settings have.
  folder.write("a.ts", code("moin"));
  await reload?.();
  expect(await get("/a")).toBe("two, moin");
  expect(await get("/metrics")).toContain('gateway_plugin_loads_total{file="a.ts",result="refused"} 1');
  signal?.("SIGTERM");
  expect((await ended).code).toBe(0);
});
