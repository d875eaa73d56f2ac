import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { type ServiceProcess, startService } from "../support/service.ts";
import { waitFor } from "../support/wait-for.ts";

const root = join(import.meta.dirname, "../..");
/** Commands that other tests run, and CI itself: here they would run within themselves. */
const runElsewhere: Readonly<Record<string, string>> = {
  "npx -y bun@1.4.5 run demo": "test/e2e/demo.test.ts",
  "npx -y bun@1.4.5 run test": ".ci/run",
};

const readme = readFileSync(join(root, "README.md"), "utf8");
const commands = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"));

let service: ServiceProcess;
let running: Subprocess | undefined;
let port = "";
/** What `TOKEN=$(...)` of the page came to. */
let token = "";

beforeAll(async () => {
  service = await startService();
});

afterAll(async () => {
  running?.kill("SIGKILL");
  await service.stop();
});

/** The command as it stands, but on ports that are free here. */
function onFreePorts(command: string): string {
  return command.replaceAll("http://localhost:8001", service.url).replaceAll("localhost:8000", `127.0.0.1:${port}`);
}

function run(command: string): Subprocess<"ignore", "pipe", "pipe"> {
  const path = `${join(process.execPath, "..")}:${process.env["PATH"]}`;
  const environment = {
    ...process.env,
    PATH: path,
    DRAIN_SECONDS: "0",
    HOST: "127.0.0.1",
    ...(port === "" ? { PORT: "0" } : { PORT: port }),
    TOKEN: token,
  };
  return Bun.spawn(["bash", "-c", onFreePorts(command).replace(/^(\S+=\S* )*dist\/gateway$/, "exec env $&")], {
    cwd: root,
    env: environment,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

test("there are commands", () => {
  expect(commands.length).toBeGreaterThan(10);
});

for (const command of commands) {
  const elsewhere = runElsewhere[command];
  if (elsewhere !== undefined) {
    test(`"${command}" is run by ${elsewhere}`, () => {
      expect(readFileSync(join(root, elsewhere), "utf8").length).toBeGreaterThan(0);
    });
  } else if (command.endsWith(" dist/gateway")) {
    test(`"${command}" runs a gateway`, async () => {
      const child = run(command);
      running = child;
      const reader = child.stdout.getReader();
      let output = "";
      await waitFor("the port", async () => {
        output += new TextDecoder().decode((await reader.read()).value);
        port = /"port":(\d+)/.exec(output)?.[1] ?? "";
        return port !== "";
      });
      expect(Number(port)).toBeGreaterThan(0);
    });
  } else if (command.startsWith("TOKEN=")) {
    test(`"${command}" gets a token`, async () => {
      const child = run(`${command}; echo $TOKEN`);
      token = (await new Response(child.stdout).text()).trim();
      expect(token.split(".")).toHaveLength(3);
    });
  } else {
    test(`"${command}" works`, async () => {
      const child = run(command);
      const [stdout, stderr, code] = await Promise.all([
        new Response(child.stdout).text(),
        new Response(child.stderr).text(),
        child.exited,
      ]);
      expect([code, stdout, stderr.slice(-1000)]).toEqual([0, expect.any(String), expect.any(String)]);
      if (command.startsWith("curl")) expect(stdout).not.toMatch(/^\{"error":/m);
    }, 120_000);
  }
}
