import { expect, test } from "bun:test";
import { freePort } from "../bench/machine/free-port.ts";
import { runGateway, startGateway } from "../support/gateway.ts";
import { waitFor } from "../support/wait-for.ts";
import { runInProcess } from "./run-in-process.ts";
import { settingsDirectory } from "./settings-file.ts";

const directory = settingsDirectory();

test.each([[["--port=0"]], [["--port", "0"]]])("%j takes a free port and logs it", async (args) => {
  const gateway = await startGateway({ PORT: "1" }, args);
  expect(gateway.port).toBeGreaterThan(1);
  expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
  expect(await gateway.stop()).toBe(0);
});

test.each(["--config", "CONFIG"])("routes of the file that %s names are served", async (source) => {
  const service = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ url }) => new Response(new URL(url).pathname),
  });
  const path = directory.write(
    "served.toml",
    `a_service_url = "${service.url.origin}/base/"\n[[routes]]\nservice = "a_service"\npath_prefix = "/shop"\nauth_required = false\n`,
  );
  const gateway = await startGateway(
    source === "CONFIG" ? { CONFIG: path } : {},
    source === "CONFIG" ? [] : ["serve", "--config", path],
  );
  expect(await (await fetch(`${gateway.url}/shop/cart`)).text()).toBe("/base/cart");
  expect((await fetch(`${gateway.url}/api/v1/a`)).status).toBe(404);
  await gateway.stop();
  await service.stop(true);
});

test("a port that is taken ends the start with exit code 1, naming address and port", async () => {
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { code, stdout, stderr } = await runGateway([], { PORT: String(taken.port) });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `gateway: cannot listen on 127.0.0.1:${taken.port}: another process has this port\n`,
  });
  expect(stdout).not.toContain('"listening"');
  await taken.stop(true);
});

test("an address of another machine, or a name of none, is said to be no address of this one", async () => {
  expect((await runGateway([], { HOST: "192.0.2.1", PORT: "0" })).stderr).toBe(
    "gateway: cannot listen on 192.0.2.1:0: this machine has no such address\n",
  );
  const named = await runGateway([], { HOST: "nowhere.invalid", PORT: "0" });
  expect(named.code).toBe(1);
  expect(named.stderr).toEndWith("or this machine has no such address\n");
});

test("a signal drains, a second one ends at once", async () => {
  const port = freePort();
  const signals: ((signal: "SIGTERM") => void)[] = [];
  const exits: number[] = [];
  const running = runInProcess(
    ["serve"],
    { PORT: String(port), LOG_LEVEL: "error", DRAIN_SECONDS: "1" },
    {
      onSignal: (listener) => void signals.push(listener),
      exit: (code) => {
        exits.push(code);
        throw new Error("the process would end here");
      },
    },
  );
  const isReady = () =>
    fetch(`http://127.0.0.1:${port}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
  await waitFor("the gateway to be ready", isReady);
  signals[0]?.("SIGTERM");
  expect(await isReady()).toBe(false);
  expect(() => signals[0]?.("SIGTERM")).toThrow("the process would end here");
  expect(exits).toEqual([1]);
  expect(await running).toEqual({ code: 0, stdout: "", stderr: "" });
});

test("in process too, a port that is taken is told", async () => {
  const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const { code, stderr } = await runInProcess(["serve"], { PORT: String(taken.port), LOG_LEVEL: "error" });
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("another process has this port") });
  await taken.stop(true);
});
