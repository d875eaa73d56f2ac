import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "../support/wait-for.ts";
import { changes, newDirectory, newStore, type Opened } from "./stores.ts";

let directory: ReturnType<typeof newDirectory>;
let open: Opened[];
const file = (name = "gateway.db") => join(directory.path, name);
const modeOf = (path: string) => statSync(path).mode & 0o777;

beforeEach(() => {
  directory = newDirectory();
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(({ store }) => store.close()));
  directory.remove();
});

async function start(dataDir = directory.path) {
  const opened = newStore({ dataDir });
  open.push(opened);
  const table = opened.store.table("t");
  await opened.store.open();
  return { ...opened, table };
}

test("what was written is there after a restart, leases are not", async () => {
  const odd = { "": "empty", "nul\0": "a\0b\n", "žluť 🚀": "x".repeat(2_000_000), gone: "soon" };
  const first = await start();
  await first.table.put(changes(odd));
  await first.table.put(changes({ gone: undefined }));
  await first.store.table("late").put(changes({ a: "of late" }));
  await first.store.leases("l").renew("a", 60_000);
  await first.store.close();

  const second = await start();
  expect(Object.fromEntries(second.table.entries)).toEqual({ ...odd, gone: undefined } as never);
  expect(second.table.version).toBeGreaterThan(0);
  expect([...second.store.table("late").entries]).toEqual([["a", "of late"]]);
  expect((await second.store.leases("l").left(["a"])).size).toBe(0);
  expect([...first.log.lines, ...second.log.lines]).toEqual([]);
});

test("a table of passing news is not written: it is empty after a restart", async () => {
  const first = await start();
  const news = first.store.table("news", { durable: false });
  await news.put(changes({ a: "of today" }));
  expect([...first.store.table("news").entries]).toEqual([["a", "of today"]]);
  await first.store.close();

  const second = await start();
  expect(second.store.table("news", { durable: false }).entries.size).toBe(0);
});

test("the directory is made, and only its owner can read it", async () => {
  const path = file("made/here");
  await start(path);
  expect(modeOf(path)).toBe(0o700);
  expect(modeOf(join(path, "gateway.db"))).toBe(0o600);
  expect(modeOf(join(path, "gateway.db-wal"))).toBe(0o600);
});

test("nothing is made before it is opened", async () => {
  const path = file("later");
  const { store } = newStore({ dataDir: path });
  store.table("t");
  expect(existsSync(path)).toBe(false);
  await store.close();
});

test("a second gateway on the same directory is refused, and the first goes on", async () => {
  const first = await start();
  await first.table.put(changes({ a: "1" }));
  expect(start()).rejects.toThrow("data_dir: wanted a directory of its own, got one that another gateway uses");
  const code = `
    import { newStore } from ${JSON.stringify(join(import.meta.dir, "stores.ts"))};
    await newStore({ dataDir: process.argv[1] }).store.open();`;
  const other = Bun.spawn([process.execPath, "-e", code, directory.path], { stderr: "pipe" });
  expect(await new Response(other.stderr).text()).toContain("another gateway uses");
  expect(await other.exited).not.toBe(0);
  await first.table.put(changes({ b: "2" }));
  await first.store.close();
  expect((await start()).table.entries.size).toBe(2);
});

test("of several that start at once on an empty directory one wins, and keeps what it writes", async () => {
  const code = `
    import { newStore, changes } from ${JSON.stringify(join(import.meta.dir, "stores.ts"))};
    const { store } = newStore({ dataDir: process.argv[1] });
    const table = store.table("t");
    await store.open();
    await table.put(changes({ winner: String(process.pid) }));
    await Bun.sleep(1_500);`;
  const children = Array.from({ length: 6 }, () =>
    Bun.spawn([process.execPath, "-e", code, file("new")], { stderr: "ignore" }),
  );
  const codes = await Promise.all(children.map(({ exited }) => exited));
  const winners = children.filter((_, index) => codes[index] === 0);
  expect(winners).toHaveLength(1);
  const { table, log } = await start(file("new"));
  expect(table.entries.get("winner")).toBe(String(winners[0]?.pid));
  expect(log.lines).toEqual([]);
});

test("a directory that cannot be used stops the start", async () => {
  writeFileSync(file("a-file"), "");
  expect(start(file("a-file"))).rejects.toThrow(
    /^data_dir: wanted a directory that can be written, got one that cannot/,
  );
  expect(start(file("a-file/below"))).rejects.toThrow(/^data_dir: wanted a directory that can be written/);
  expect(start("/proc/nothing")).rejects.toThrow(/^data_dir: wanted a directory that can be written/);
});

test("nothing that was acknowledged is lost by kill -9", async () => {
  for (let round = 0; round < 3; round += 1) {
    const script = join(import.meta.dir, "writes-for-ever.ts");
    const child = Bun.spawn([process.execPath, script, directory.path], { stdout: "pipe" });
    let printed = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      printed += piece;
      if (printed.length > 5_000) child.kill("SIGKILL");
    }
    await child.exited;
    const acknowledged = Number(printed.slice(0, printed.lastIndexOf("\n")).split("\n").at(-1));
    expect(acknowledged).toBeGreaterThan(500);
    const { store, table, log } = await start();
    expect(Number(table.entries.get("last"))).toBeGreaterThanOrEqual(acknowledged);
    expect(log.lines).toEqual([]);
    await store.close();
  }
}, 30_000);

test("a full disk costs nothing once it has room again, and is told once", async () => {
  const script = join(import.meta.dir, "writes-for-ever.ts");
  // A write beyond the limit fails as on a full disk, but for the signal, which the shell lets it ignore.
  const command = `trap '' XFSZ; exec "$0" "$@"`;
  const child = Bun.spawn(["sh", "-c", command, process.execPath, script, directory.path, "10"], { stdout: "pipe" });
  let printed = "";
  const reading = (async () => {
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) printed += piece;
  })();
  const limit = (bytes: string) =>
    expect(Bun.spawnSync(["prlimit", "--pid", String(child.pid), `--fsize=${bytes}:unlimited`]).exitCode).toBe(0);
  const last = () => Number(/^(\d+)\n(?!.*^\d)/ms.exec(printed)?.[1] ?? -1);
  try {
    await waitFor("a beginning", () => last() > 5);
    limit("4096");
    await waitFor("the trouble to be logged", () => printed.includes("error"));
    const then = last();
    await waitFor("it to go on from memory", () => last() > then + 100);
    limit("unlimited");
    await waitFor("the end of it to be logged", () => printed.includes("info"));
    const after = last();
    await waitFor("some more", () => last() > after + 5);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
    await reading;
  }
  expect(printed.match(/^[a-z].*/gm)?.map((line) => line.split(" ")[0])).toEqual(["error", "info"]);
  const { table, log } = await start();
  expect(Number(table.entries.get("last"))).toBeGreaterThanOrEqual(last());
  expect(table.entries.size).toBe(101);
  expect(log.lines).toEqual([]);
}, 30_000);

describe("a file that is set aside with one warning", () => {
  const damages: readonly [name: string, damage: () => void][] = [
    ["empty", () => truncateSync(file(), 0)],
    ["garbage", () => writeFileSync(file(), "garbage ".repeat(5_000))],
    ["a single byte", () => writeFileSync(file(), "S")],
    ["cut in the middle", () => truncateSync(file(), Math.floor(statSync(file()).size / 2))],
    ["cut inside its first page", () => truncateSync(file(), 1_000)],
    [
      "overwritten inside",
      () => {
        const bytes = readFileSync(file());
        writeFileSync(file(), bytes.fill(0xaa, 8_192, 20_480));
      },
    ],
    ["a database of another kind", () => makeOther(file())],
  ];

  test.each(damages)("%s", async (_, damage) => {
    const first = await start();
    const entries = Array.from({ length: 200 }, (_, i) => [`k${i}`, "x".repeat(1_000)]);
    await first.table.put(changes(Object.fromEntries(entries)));
    await first.store.close();
    damage();

    const second = await start();
    expect(second.table.entries.size).toBe(0);
    expect(second.log.lines.map(({ level }) => level)).toEqual(["warn"]);
    const aside = String(second.log.lines[0]?.fields["file"]);
    expect(aside).toMatch(/gateway\.db\.torn-\d{8}T\d{9}Z$/);
    expect(existsSync(aside)).toBe(true);
    expect(modeOf(file())).toBe(0o600);
    await second.table.put(changes({ a: "1" }));
    await second.store.close();

    const third = await start();
    expect([...third.table.entries]).toEqual([["a", "1"]]);
    expect(third.log.lines).toEqual([]);
    expect(readdirSync(directory.path).filter((name) => name.includes("torn")).length).toBeGreaterThan(0);
  });

  test("a log of garbage: what is in the file itself counts", async () => {
    const first = await start();
    await first.table.put(changes({ a: "1" }));
    await first.store.close();
    writeFileSync(file("gateway.db-wal"), "garbage ".repeat(1_000));
    const second = await start();
    expect([...second.table.entries]).toEqual([["a", "1"]]);
    expect(second.log.lines.map(({ level }) => level)).toEqual(["warn"]);
    expect(String(second.log.lines[0]?.fields["file"])).toMatch(/gateway\.db\.torn-\d{8}T\d{9}Z-wal$/);
  });

  test("a log cut short by a crash is none of these: what is whole in it counts", async () => {
    const first = await start();
    for (let i = 0; i < 20; i += 1) await first.table.put(changes({ [`k${i}`]: "x".repeat(1_000) }));
    const [database, log] = [readFileSync(file()), readFileSync(file("gateway.db-wal"))];
    await first.store.close();
    writeFileSync(file(), database);
    writeFileSync(file("gateway.db-wal"), log.subarray(0, log.length - 100));
    const second = await start();
    expect(second.table.entries.size).toBe(19);
    expect(second.log.lines).toEqual([]);
  });
});

test("5,000 entries of 1 KB are written one by one in well under a millisecond each", async () => {
  const { table } = await start();
  const startMs = performance.now();
  for (let i = 0; i < 5_000; i += 1) await table.put(changes({ [`k${i}`]: "x".repeat(1_000) }));
  const tookMs = performance.now() - startMs;
  console.log(`5,000 puts of 1 KB took ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeLessThan(5_000);
}, 20_000);

function makeOther(path: string): void {
  truncateSync(path, 0);
  const database = new Database(path);
  database.run("CREATE TABLE entries (something TEXT)");
  database.close();
}
