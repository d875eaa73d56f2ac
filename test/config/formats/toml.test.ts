import { expect, test } from "bun:test";
import { settingsFrom } from "../settings-from.ts";

const problemsOf = (toml: string) => settingsFrom({ file: { toml } }).problems;

test.each([
  ["port = 1\nport = 2", 2],
  ["host = hunter2", 1],
  ["port = 1\nhost = = 'hunter2'", 2],
  ['port = 1\n\nhost = "hunter2', 3],
  ["cors_origins = [\n  'a',\n  'b'\nport = 1", 4],
  ["host = '''\nhunter2\n'''\nport 1", 4],
  ["[[routes]]\nservice = 'a'\n[routes]", 3],
  ["port = 99999999999999999999", 1],
])("%p is a syntax error in line %d", (toml, line) => {
  const [problem = "", ...more] = problemsOf(toml);
  expect(more).toEqual([]);
  expect(problem).toStartWith("config: wanted a well-formed file, got a syntax error: ");
  expect(problem).toEndWith(` (gateway.toml:${line})`);
  expect(problem).not.toContain("hunter2");
});

test.each([
  ["port = nan", "port: wanted an integer from 0 to 65535, got NaN"],
  ["port = inf", "port: wanted an integer from 0 to 65535, got Infinity"],
  ["port = 80.5", "port: wanted an integer from 0 to 65535, got 80.5"],
  ["debug = 1979-05-27", 'debug: wanted true or false, got "1979-05-27"'],
  ["port = 07:32:00", "port: wanted an integer from 0 to 65535, got a string of 8 characters"],
  [
    "trusted_proxies = [1979-05-27]",
    'trusted_proxies[0]: wanted an address or a CIDR block such as 10.0.0.0/8, got "1979-05-27"',
  ],
])("%s is refused", (toml, problem) => {
  expect(problemsOf(toml)).toEqual([`${problem} (gateway.toml)`]);
});

test("its own spellings of numbers are numbers", () => {
  const { settings, problems } = settingsFrom({
    file: { toml: "port = 0x1F_90\nmax_body_bytes = 1_000\ndrain_seconds = 1e1" },
  });
  expect(problems).toEqual([]);
  expect(settings).toMatchObject({ port: 8080, maxBodyBytes: 1000, drainMs: 10_000 });
});
