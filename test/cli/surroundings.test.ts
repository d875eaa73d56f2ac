import { afterAll, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGateway } from "../support/gateway.ts";
import { secretKey } from "../support/open-routes.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-surroundings-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("nothing in the working directory becomes a setting or code", async () => {
  const preloaded = join(directory, "preloaded");
  writeFileSync(join(directory, "preload.ts"), `require("node:fs").writeFileSync(${JSON.stringify(preloaded)}, "");`);
  writeFileSync(join(directory, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
  for (const name of [".env", ".env.local", ".env.production"]) writeFileSync(join(directory, name), "PORT=wrong\n");
  writeFileSync(join(directory, "tsconfig.json"), "{ wrong");
  writeFileSync(join(directory, "package.json"), "{ wrong");
  for (const name of ["gateway.yaml", "config.yaml"]) writeFileSync(join(directory, name), "port: wrong\n");

  expect(await runGateway(["check"], {}, directory)).toEqual({
    code: 0,
    stdout: "settings are good (static services: 0, routes: 0)\n",
    stderr: "",
  });
  expect(existsSync(preloaded)).toBe(false);

  // The trap works: Bun itself walks into it.
  rmSync(join(directory, "package.json"));
  rmSync(join(directory, "tsconfig.json"));
  writeFileSync(join(directory, "script.ts"), "process.exit(process.env.PORT === 'wrong' ? 7 : 8)");
  const bun = Bun.spawn([process.execPath, "script.ts"], {
    cwd: directory,
    env: {},
    stdio: ["ignore", "ignore", "ignore"],
  });
  expect(await bun.exited).toBe(7);
  expect(existsSync(preloaded)).toBe(true);
});

test("the executable alone in an empty directory serves, documentation page included", async () => {
  const alone = mkdtempSync(join(tmpdir(), "gateway-alone-"));
  const executable = join(alone, "gateway");
  copyFileSync(join(import.meta.dirname, "../../dist/gateway"), executable);
  const environment = { HOST: "127.0.0.1", PORT: "0", DRAIN_SECONDS: "0", SECRET_KEY: secretKey };
  const child = Bun.spawn([executable], {
    cwd: alone,
    env: environment,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "inherit",
  });
  try {
    let log = "";
    for await (const piece of child.stdout) {
      log += new TextDecoder().decode(piece);
      if (log.includes('"listening"')) break;
    }
    const { url } = JSON.parse(log.split("\n").find((line) => line.includes('"listening"')) ?? "{}") as { url: string };
    for (const path of ["/health/ready", "/swagger", "/swagger/json"])
      expect((await fetch(url + path)).status).toBe(200);
    expect(readdirSync(alone)).toEqual(["gateway"]);
  } finally {
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    rmSync(alone, { recursive: true });
  }
}, 15_000);
