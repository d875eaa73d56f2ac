import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runGateway } from "../support/gateway.ts";
import { registrationKey } from "../support/registry-client.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(30_000);

let directory: string;
let scenes: Scene[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "gateway-data-"));
  scenes = [];
});
afterEach(async () => {
  await Promise.all(scenes.map((scene) => scene.close()));
  rmSync(directory, { recursive: true, force: true });
});

const file = () => join(directory, "gateway.db");

async function start(environment: Record<string, string> = {}): Promise<Scene> {
  const scene = await openScene({ DATA_DIR: directory, ...environment });
  scenes.push(scene);
  return scene;
}

async function kill({ gateway }: Scene): Promise<void> {
  gateway.process.kill("SIGKILL");
  await gateway.process.exited;
}

const body = (port: number) => ({ service_name: "kept_service", host: "127.0.0.1", port, instance_id: `at-${port}` });

describe("a gateway that is killed", () => {
  test("right after a 201 comes back with the instance, checks it first and then serves it", async () => {
    const first = await start();
    const instance = await first.instance("survivor");
    await instance.answerChecks({ status: 503 });
    const said = { ...body(instance.port), metadata: { build: 7 }, version: "2", weight: 3, check_interval: 1 };
    const { body: lease } = await first.registry.register(said);
    await kill(first);

    const second = await start();
    expect((await second.get("/kept/x")).status).toBe(503);
    await second.registry.waitForStatus("kept_service", "unhealthy");
    expect((await instance.seen()).requests).toEqual([]);
    await instance.answerChecks({ status: 200 });
    await second.registry.waitForStatus("kept_service", "healthy");
    expect(await second.get("/kept/x")).toMatchObject({ status: 200, by: "survivor" });
    const view = await second.registry.instance("kept_service");
    expect(view).toMatchObject({ metadata: { build: 7 }, version: "2", weight: 3, instance_id: lease.instance_id });

    const { status } = await second.registry.heartbeat("kept_service", lease.instance_id, lease.lease_token);
    expect(status).toBe(200);
    expect((await second.registry.remove("kept_service", lease.instance_id, lease.lease_token)).status).toBe(204);
  });

  test("starts with instances it knew to be healthy as starting, and those that drained still draining", async () => {
    const first = await start();
    const instance = await first.instance();
    await first.registry.bring(body(instance.port));
    const drained = await first.instance();
    await first.registry.bring(body(drained.port));
    await first.registry.patch("kept_service", `at-${drained.port}`, { status: "draining" });
    instance.pause();
    await kill(first);

    const second = await start();
    expect(await second.registry.instance("kept_service", `at-${instance.port}`)).toMatchObject({
      status: "starting",
      last_check: null,
      checks: [],
    });
    expect((await second.registry.instance("kept_service", `at-${drained.port}`))?.status).toBe("draining");
    expect((await second.get("/kept/x")).status).toBe(503);
  });

  test("gives every instance a whole lease before it misses anybody", async () => {
    const first = await start({ LEASE_SECONDS: "3" });
    await first.registry.register(body(9));
    await Bun.sleep(2500);
    await kill(first);
    const second = await start({ LEASE_SECONDS: "3" });
    await Bun.sleep(2000);
    expect((await second.registry.heartbeat("kept_service", "at-9")).status).toBe(200);
    await second.registry.waitForStatus("kept_service", undefined);
  });

  test("at any moment under a stream of registrations and removals misses nothing that it answered", async () => {
    const there = new Set<string>();
    const removed = new Set<string>();
    let port = 20_000;
    for (let round = 0; round < 6; round += 1) {
      const scene = await start();
      const known = (await scene.registry.service("kept_service")).body.instances ?? [];
      const ids = new Set(known.map(({ instance_id: id }) => id));
      expect([...there].filter((id) => !ids.has(id))).toEqual([]);
      expect([...removed].filter((id) => ids.has(id))).toEqual([]);

      const stream = async (): Promise<void> => {
        for (;;) {
          port += 1;
          const { status, body: lease } = await scene.registry.register(body(port));
          if (status !== 201) throw new Error(`answered ${status}`);
          there.add(lease.instance_id);
          if (port % 5 !== 0) continue;
          // From here it may be there or not, until the removal is answered.
          there.delete(lease.instance_id);
          await scene.registry.remove("kept_service", lease.instance_id);
          removed.add(lease.instance_id);
        }
      };
      const streams = Promise.allSettled([stream(), stream(), stream()]);
      const before = there.size;
      await waitFor("registrations", () => there.size > before + 3);
      await Bun.sleep(Math.random() * 200);
      await kill(scene);
      for (const { status } of await streams) expect(status).toBe("rejected");
    }
    expect(removed.size).toBeGreaterThan(3);
  });
});

describe("a data file that is", () => {
  test.each<[what: string, spoil: () => void]>([
    ["garbage", () => writeFileSync(file(), "hunter2 ".repeat(2000))],
    ["cut in half", () => truncateSync(file(), Math.floor(readFileSync(file()).length / 2))],
    ["cut within its head", () => truncateSync(file(), 50)],
    ["empty", () => truncateSync(file(), 0)],
    [
      "overwritten in the middle",
      () => {
        const bytes = readFileSync(file());
        writeFileSync(file(), bytes.fill(0xab, 4096, 9000));
      },
    ],
  ])("%s is set aside with a warning, and the gateway starts and keeps what comes next", async (_what, spoil) => {
    const first = await start();
    await Promise.all(Array.from({ length: 30 }, (_, index) => first.registry.register(body(21_000 + index))));
    await first.gateway.stop();
    spoil();

    const second = await start();
    const warning = await second.gateway.waitForLine(({ level }) => level === "warn");
    expect(warning).toMatchObject({ msg: "a data file was damaged and is set aside" });
    expect(JSON.stringify(second.gateway.lines)).not.toContain("hunter2");
    expect(readdirSync(directory).filter((name) => name.startsWith("gateway.db.torn-"))).not.toEqual([]);
    expect((await second.registry.register(body(9))).status).toBe(201);
    await kill(second);

    const third = await start();
    expect((await third.registry.service("kept_service")).body.instances).toHaveLength(1);
  });
});

test("records that somebody else wrote into the file are warned of and not served", async () => {
  const first = await start();
  await first.registry.register(body(9));
  await first.gateway.stop();
  const database = new Database(file());
  const record = (database.query("SELECT text FROM entries WHERE table_name = 'instances'").values()[0]?.[0] ??
    "") as string;
  const insert = database.query("INSERT INTO entries (table_name, key, text) VALUES ('instances', ?, ?)");
  insert.run("kept_service/broken", "{");
  insert.run("kept_service/metadata", record.replace('"127.0.0.1"', '"169.254.169.254"').replace("at-9", "metadata"));
  insert.run("other_service/at-9", record);
  database.close();

  const second = await start();
  await second.gateway.waitForLine(
    ({ msg, key }) => msg.includes("not a registration") && key === "other_service/at-9",
  );
  await second.registry.waitForStatus("kept_service", "failed", "metadata");
  const { checks } = (await second.registry.instance("kept_service", "metadata")) ?? {};
  expect(checks?.[0]?.reason).toBe("the address is not allowed");
  expect((await second.registry.service("other_service")).status).toBe(404);
  expect((await second.registry.service("kept_service")).body.instances).toHaveLength(2);
});

describe("what was kept meets other settings at the next start:", () => {
  test("where its address is not allowed any more it is not asked, let alone served", async () => {
    const first = await start();
    const instance = await first.instance();
    await first.registry.bring(body(instance.port));
    await kill(first);
    const { checks } = await instance.seen();

    const second = await start({ REGISTRATION_ALLOW: "10/8" });
    await second.registry.waitForStatus("kept_service", "failed");
    expect((await second.registry.instance("kept_service"))?.checks[0]?.reason).toBe("the address is not allowed");
    expect((await second.get("/kept/x")).status).toBe(503);
    expect(await instance.seen()).toMatchObject({ checks, requests: [] });
  });

  test("where its prefix has become another service's, that one answers, and the log says so", async () => {
    const first = await start();
    const [kept, owner] = [await first.instance("kept"), await first.instance("owner")];
    await first.registry.bring({ ...body(kept.port), routes: [{ path_prefix: "/api/v1/owner" }] });
    await kill(first);

    const second = await start({ OWNER_SERVICE_URL: `http://127.0.0.1:${owner.port}` });
    await second.gateway.waitForLine(({ level }) => level === "warn" || level === "error");
    expect(await second.get("/owner/x")).toMatchObject({ status: 200, by: "owner" });
  });

  test("where its service is one of the settings now, it serves beside that, at the routes of the settings", async () => {
    const first = await start();
    const instance = await first.instance("kept");
    await first.registry.bring(body(instance.port));
    await kill(first);

    const second = await start({ KEPT_SERVICE_URL: "http://127.0.0.1:9" });
    await second.registry.waitForStatus("kept_service", "healthy", `at-${instance.port}`);
    expect((await second.registry.service("kept_service")).body.instances).toHaveLength(2);
  });

  test("without a registration key, it is served all the same", async () => {
    const first = await start();
    const instance = await first.instance("kept");
    await first.registry.bring(body(instance.port));
    await kill(first);

    const second = await start({ REGISTRATION_KEY: "" });
    await waitFor("the first good check", async () => (await second.get("/kept/x")).by === "kept");
  });
});

describe("the start is refused, with a reason, when", () => {
  const environment = (dataDir: string) => ({ PORT: "0", REGISTRATION_KEY: registrationKey, DATA_DIR: dataDir });

  test("another gateway uses the directory, which goes on undisturbed", async () => {
    const first = await start();
    await first.registry.register(body(9));
    const { code, stderr } = await runGateway([], environment(directory));
    expect([code, stderr]).toEqual([1, expect.stringContaining("data_dir: wanted a directory of its own")]);
    expect((await first.registry.register(body(10))).status).toBe(201);
    await kill(first);
    const third = await start();
    expect((await third.registry.service("kept_service")).body.instances).toHaveLength(2);
  });

  test.each(["/dev/null/data", "/proc/self"])("the directory cannot be written: %s", async (path) => {
    const { code, stderr } = await runGateway([], environment(path));
    expect([code, stderr]).toEqual([1, expect.stringContaining("data_dir: wanted a directory that can be written")]);
  });
});
