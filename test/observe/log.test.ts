import { afterEach, expect, test } from "bun:test";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toNetwork } from "../../src/observe/access-log.ts";
import { LogSink } from "../../src/observe/log-sink.ts";
import { createLog } from "../../src/observe/logger.ts";
import { waitFor } from "../support/wait-for.ts";

const directory = mkdtempSync(join(tmpdir(), "gateway-log-"));
const path = join(directory, "log");
let descriptor = openSync(path, "w");
const written = (): string => readFileSync(path, "utf8");

afterEach(() => {
  closeSync(descriptor);
  rmSync(path);
  descriptor = openSync(path, "w");
});

test("a line is one JSON object with level, time and message, written soon", async () => {
  const log = createLog({ level: "info", format: "json", descriptor });
  log.info({ a: 1 }, "hello");
  log.debug({}, "not this one");
  log.child({ plugin: "x" }).warn({}, "child");
  await waitFor("the lines", () => written().split("\n").length === 3);
  const lines = written()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0]).toMatchObject({ level: "info", a: 1, msg: "hello" });
  expect(new Date(lines[0].time).toISOString()).toBe(lines[0].time);
  expect(lines[1]).toMatchObject({ level: "warn", plugin: "x" });
});

test("the pretty format is for people", () => {
  const log = createLog({ level: "info", format: "pretty", descriptor });
  log.info({ a: 1 }, "hello");
  log.flush();
  expect(written()).toContain("hello");
  expect(written()).not.toContain('"msg"');
});

test("flush writes what is left at once, and a second one nothing", () => {
  const sink = new LogSink(descriptor);
  sink.write("one\n");
  sink.flush();
  sink.flush();
  expect(written()).toBe("one\n");
});

test("many lines arrive all, in order and whole", async () => {
  const sink = new LogSink(descriptor);
  for (let index = 0; index < 20_000; index += 1) {
    sink.write(`line ${index}\n`);
    if (index % 1000 === 0) await Bun.sleep(1);
  }
  sink.flush();
  const lines = written().trimEnd().split("\n");
  expect(lines.length).toBe(20_000);
  expect(lines.every((line, index) => line === `line ${index}`)).toBe(true);
});

test("beyond 8 MiB lines are dropped and counted, and the count is written with the next ones", async () => {
  const sink = new LogSink(descriptor);
  const line = `${"x".repeat(1024 * 1024 - 1)}\n`;
  for (let index = 0; index < 20; index += 1) sink.write(line);
  expect(sink.dropped).toBeGreaterThan(5);
  const { dropped } = sink;
  await waitFor("the rest", () => written().includes(`"dropped":${dropped}`));
  expect(sink.dropped).toBe(0);
});

test("a descriptor that cannot be written to ends nothing", async () => {
  const closed = openSync(path, "r");
  const sink = new LogSink(closed);
  sink.write("lost\n");
  await Bun.sleep(200);
  sink.write("lost too\n");
  sink.flush();
  closeSync(closed);
  expect(written()).toBe("");
});

test("of an address only the network is logged", () => {
  expect(toNetwork("203.0.113.77")).toBe("203.0.113.0");
  expect(toNetwork("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1::");
  expect(toNetwork("2001:db8::1")).toBe("2001:db8::");
  expect(toNetwork("::1")).toBe("::");
  expect(toNetwork("")).toBe("::");
});
