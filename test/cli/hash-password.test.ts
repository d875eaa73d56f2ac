import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { waitFor } from "../support/wait-for.ts";
import type { RunResult } from "../support/gateway.ts";
import { runInProcess } from "./run-in-process.ts";

const executable = join(import.meta.dirname, "../../dist/gateway");
const command = [executable, "hash-password"];

async function runExecutable(input: string | Uint8Array): Promise<RunResult> {
  const stdin = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const child = Bun.spawn(command, { env: {}, stdin, stdout: "pipe", stderr: "pipe" });
  const texts = [new Response(child.stdout).text(), new Response(child.stderr).text()] as const;
  const [stdout, stderr, code] = await Promise.all([...texts, child.exited]);
  return { code, stdout, stderr };
}

const runners: readonly (readonly [string, typeof runExecutable])[] = [
  ["the executable", runExecutable],
  [
    "the command in process",
    (input) =>
      runInProcess(
        ["hash-password"],
        {},
        { readInput: async (_, mostBytes) => Buffer.from(input).subarray(0, mostBytes) },
      ),
  ],
];

describe.each(runners)("hash-password by %s", (_, run) => {
  test.each([
    ["correct horse", "correct horse"],
    ["correct horse\n", "correct horse"],
    ["correct horse\r\n", "correct horse"],
    ["correct horse\n\n", "correct horse\n"],
    [" žluť 🚀 \n", " žluť 🚀 "],
    ["\ufeffmark\n", "\ufeffmark"],
    [`${"x".repeat(1024)}\r\n`, "x".repeat(1024)],
  ])("%j becomes an argon2id hash of %j", async (input, password) => {
    const { code, stdout, stderr } = await run(input);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^\$argon2id\$v=19\$m=65536,t=2,p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+\n$/);
    expect(await Bun.password.verify(password, stdout.trim())).toBe(true);
  });

  test.each<[string | Uint8Array, string]>([
    ["", "nothing"],
    ["\n", "nothing"],
    ["\r\n", "nothing"],
    ["x".repeat(1025), "more"],
    [`${"x".repeat(1025)}\r\n`, "more"],
    [`${"ä".repeat(513)}\n`, "more"],
    ["x".repeat(1_000_000), "more"],
    [new Uint8Array([0x61, 0xff, 0x0a]), "another encoding"],
  ])("%# is refused and not repeated", async (input, got) => {
    expect(await run(input)).toEqual({
      code: 1,
      stdout: "",
      stderr: `password: wanted 1 to 1024 bytes of UTF-8, got ${got}\n`,
    });
  });
});

test("the same password has another hash each time", async () => {
  const [one, two] = await Promise.all([runExecutable("x"), runExecutable("x")]);
  expect(one.stdout).not.toBe(two.stdout);
});

describe("on a terminal", () => {
  /** Types this when asked; what the terminal shows, and the exit code. */
  async function type(keys: string): Promise<{ readonly shown: string; readonly code: number }> {
    let shown = "";
    const terminal = new Bun.Terminal({
      cols: 200,
      rows: 24,
      data: (_, piece) => void (shown += new TextDecoder().decode(piece)),
    });
    const child = Bun.spawn(command, { env: { TERM: "xterm" }, terminal });
    try {
      await waitFor("the prompt", () => shown.includes("Password: "));
      terminal.write(keys);
      const code = await child.exited;
      await waitFor("the last words", () => /\$argon2id|wanted/.test(shown) || code !== 0, 2000);
      return { shown, code };
    } finally {
      child.kill("SIGKILL");
      terminal.close();
    }
  }

  test("the password is asked for and not shown", async () => {
    const { shown, code } = await type("correct house\x7f\x7f\x7frse\r");
    expect(code).toBe(0);
    expect(shown).not.toMatch(/correct|horse|house/);
    const [hash = ""] = /\$argon2id\S+/.exec(shown) ?? [];
    expect(await Bun.password.verify("correct horse", hash)).toBe(true);
  });

  test.each([
    ["nothing", "\r"],
    ["the end of input", "\x04"],
    ["an interruption", "hunter2\x03"],
  ])("%s is no password", async (_, keys) => {
    const { shown, code } = await type(keys);
    expect(code).not.toBe(0);
    expect(shown).not.toMatch(/argon2id|hunter2/);
  });
});
