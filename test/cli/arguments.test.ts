import { describe, expect, test } from "bun:test";
import { parseArguments } from "../../src/cli/arguments.ts";

const refusalOf = (...args: string[]): string[] => {
  try {
    parseArguments(args);
  } catch (error) {
    return error instanceof Error ? error.message.split("\n") : [];
  }
  return [];
};

test.each<[string[], object]>([
  [[], { command: "serve", positionals: [], flags: {} }],
  [["serve"], { command: "serve", positionals: [], flags: {} }],
  [["--port", "0"], { command: "serve", flags: { port: "0" } }],
  [["--port=0"], { command: "serve", flags: { port: "0" } }],
  [["--port", "-1"], { command: "serve", flags: { port: "-1" } }],
  [["--host", "::1", "--config=a=b.yaml"], { command: "serve", flags: { host: "::1", config: "a=b.yaml" } }],
  [["--config", "a.yaml", "check"], { command: "check", flags: { config: "a.yaml" } }],
  [["check", "--port", "1", "--port", "2"], { command: "check", flags: { port: "2" } }],
  [["explain", "get", "/x"], { command: "explain", positionals: ["get", "/x"] }],
  [["explain", "/x", "--url", "http://a"], { command: "explain", positionals: ["/x"], flags: { url: "http://a" } }],
  [["explain", "--", "GET", "/--x"], { command: "explain", positionals: ["GET", "/--x"] }],
  [["hash-password"], { command: "hash-password", positionals: [], flags: {} }],
  [["types", "--url=http://a"], { command: "types", flags: { url: "http://a" } }],
  [["health", "--url=http://a"], { command: "health", flags: { url: "http://a" } }],
  [["--help"], { command: "help" }],
  [["-h"], { command: "help" }],
  [["explain", "--bogus", "--help"], { command: "help" }],
  [["--version"], { command: "version" }],
  [["-v"], { command: "version" }],
])("%j is understood", (args, expected) => {
  expect(parseArguments(args)).toMatchObject(expected);
});

describe("refused", () => {
  const commands = "one of serve, check, explain, health, types, hash-password, plugin";
  test.each<[string[], string[]]>([
    [["srve"], [`command: wanted ${commands}, got "srve" (command line)`]],
    [["hunter2 and more"], [`command: wanted ${commands}, got a string of 16 characters (command line)`]],
    [["--bogus"], ["--bogus: wanted one of --config, --host, --port, --plugins, got an unknown flag (command line)"]],
    [["-p", "80"], [`command: wanted ${commands}, got "80" (command line)`]],
    [["health", "--port", "80"], ["--port: wanted one of --config, --url, got an unknown flag (command line)"]],
    [
      ["--constructor=x"],
      ["--constructor: wanted one of --config, --host, --port, --plugins, got an unknown flag (command line)"],
    ],
    [["--port"], ["--port: wanted a value behind it, got nothing (command line)"]],
    [["--port="], ["--port: wanted a value behind it, got nothing (command line)"]],
    [
      ["--port", "--host", "a"],
      [
        `command: wanted ${commands}, got "a" (command line)`,
        "--port: wanted a value behind it, got nothing (command line)",
      ],
    ],
    [["hash-password", "--port=1"], ["--port: wanted no flags, got an unknown flag (command line)"]],
    [
      ["hash-password", "hunter2"],
      ["arguments: wanted nothing behind hash-password, got a string of 7 characters (command line)"],
    ],
    [["check", "now"], ['arguments: wanted only flags behind check, got "now" (command line)']],
    [
      ["serve", "--bogus", "--config=", "more"],
      [
        "--bogus: wanted one of --config, --host, --port, --plugins, got an unknown flag (command line)",
        "--config: wanted a value behind it, got nothing (command line)",
        'arguments: wanted only flags behind serve, got "more" (command line)',
      ],
    ],
  ])("%j", (args, problems) => {
    expect(refusalOf(...args)).toEqual(problems);
  });
});
