import { expect, test } from "bun:test";
import { version } from "../../package.json";
import { help } from "../../src/cli/help.ts";
import { runGateway } from "../support/gateway.ts";

test("--version prints the version alone, whatever the settings are", async () => {
  expect(await runGateway(["--version"], { PORT: "wrong" })).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(await runGateway(["check", "-v"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test("--help names every command and flag there is", async () => {
  expect(await runGateway(["--help"], { PORT: "wrong" })).toEqual({ code: 0, stdout: `${help}\n`, stderr: "" });
  for (const word of [
    "serve",
    "check",
    "explain",
    "health",
    "types",
    "hash-password",
    "--config",
    "--host",
    "--port",
    "--url",
    "--version",
    "--help",
  ]) {
    expect(help).toContain(word);
  }
});

test("an unknown command or flag ends with exit code 1 and says what there is, on the error output alone", async () => {
  expect(await runGateway(["srve"])).toEqual({
    code: 1,
    stdout: "",
    stderr:
      'command: wanted one of serve, check, explain, health, types, hash-password, plugin, got "srve" (command line)\n',
  });
  expect(await runGateway(["--prot", "80"])).toMatchObject({ code: 1, stdout: "" });
});

test("wrong settings stop the start, every one named", async () => {
  const environment = { PORT: "x", DEBUG: "maybe", A_SERVICE_URL: "http://user:hunter2@a" };
  const { code, stdout, stderr } = await runGateway([], environment);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.split("\n")).toEqual([
    "a_service_url: wanted a URL such as http://host:8001 or dns://name:8001, got a URL with a user name or password (A_SERVICE_URL)",
    'port: wanted an integer from 0 to 65535, got "x" (PORT)',
    'debug: wanted true or false, got "maybe" (DEBUG)',
    "",
  ]);
});
