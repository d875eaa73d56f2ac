import { afterAll, afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoRun, pidsIn, repository, runDemo, survivors } from "./demo-run.ts";

const bunRunDemo = [process.execPath, "run", "demo"];
const demoItself = [process.execPath, "sdk/examples/demo.ts"];
const testTimeoutMs = 120_000;

describe("bun run demo", () => {
  const runs: DemoRun[] = [];
  // A killed demo cannot remove its own scratch directory.
  const scratch = mkdtempSync(join(tmpdir(), "gateway-demo-test-"));
  const start = (command: readonly string[], env: Record<string, string>) => {
    const run = runDemo(command, { ...env, TMPDIR: scratch });
    runs.push(run);
    return run;
  };

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  afterEach(async () => {
    for (const run of runs.splice(0)) {
      run.process.kill("SIGKILL");
      await run.process.exited;
    }
  });

  test(
    "--once calls all four services, shows an error, and ends with 0 and without a process left",
    async () => {
      const demo = start([...bunRunDemo, "--once"], { PORT: "0" });
      expect(await demo.process.exited).toBe(0);
      await demo.says("Try it");

      const output = demo.output();
      for (const name of ["context", "intent", "prediction", "realtime", "gateway"]) {
        expect(output).toMatch(new RegExp(`^  ${name} +http://127\\.0\\.0\\.1:\\d+  pid \\d+$`, "m"));
      }
      for (const name of ["context", "intent", "predict", "realtime"]) {
        expect(output).toContain(`-> gateway.${name}.`);
      }
      expect(output).toMatch(/<- event .*hello/);
      expect(output).toContain("they have registered themselves, and are well");
      expect(output).toContain('<- 404 {"error":{"code":"NOT_FOUND"');
      expect(output).toMatch(/^ {2}curl .*\/api\/v1\/context\/analyze/m);
      expect(pidsIn(output)).toHaveLength(5);
      expect(await survivors(pidsIn(output), 2000)).toEqual([]);
    },
    testTimeoutMs,
  );

  test(
    "takes a free port when its own is taken, serves what it names, and SIGTERM ends everything",
    async () => {
      const neighbour = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
      const taken = String(neighbour.port);
      const demo = start(bunRunDemo, { PORT: taken });
      await demo.says("Running until Ctrl-C");
      await neighbour.stop(true);

      const output = demo.output();
      expect(output).toContain(`port ${taken} is taken; using a free one`);
      const documentation = /documentation +(\S+)/.exec(output)?.[1] ?? "";
      const health = /well\? +(\S+)/.exec(output)?.[1] ?? "";
      expect((await fetch(documentation)).status).toBe(200);
      expect((await fetch(health)).status).toBe(200);

      demo.process.kill("SIGTERM");
      expect(await demo.process.exited).toBe(0);
      expect(await survivors(pidsIn(output), 2000)).toEqual([]);
    },
    testTimeoutMs,
  );

  test.each([
    ["it is killed", demoItself, {}],
    ["the runner that started it is killed", bunRunDemo, {}],
    ["npx's shell is killed", ["sh", "-c", `"${process.execPath}" run demo; true`], { npm_execpath: "npm-cli.js" }],
  ])(
    "leaves no process when %s",
    async (_, command, env) => {
      const demo = start(command, { ...env, PORT: "0" });
      await demo.says("Running until Ctrl-C");
      demo.process.kill("SIGKILL");
      expect(pidsIn(demo.output())).toHaveLength(5);
      expect(await survivors(pidsIn(demo.output()), 15_000)).toEqual([]);
    },
    testTimeoutMs,
  );

  test("refuses an argument it does not know", async () => {
    const demo = start([...demoItself, "--onec"], {});
    expect(await demo.process.exited).toBe(1);
    await demo.says("unknown argument --onec");
  });

  test("fails with the reason when an answer is wrong", async () => {
    const liar = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => Response.json({ status: "fine" }) });
    const tour = join(repository, "sdk/examples/demo/tour.ts");
    const demo = start([process.execPath, "-e", `await (await import("${tour}")).tour("${liar.url.origin}")`], {});
    expect(await demo.process.exited).toBe(1);
    await demo.says('the gateway itself: wanted 200 with {"status":"healthy"}, got {"status":"fine"}');
    await liar.stop(true);
  });
});
