import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { InstanceProcess } from "../support/instance-process.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(30_000);

/** A caller that never stops, and what became of each of its requests. */
interface Load {
  /** One outcome for each request, in the order in which they were sent; undefined while it runs. */
  readonly outcomes: readonly (string | undefined)[];
  stop(): Promise<void>;
}

let scene: Scene;
let instances: readonly InstanceProcess[];

beforeAll(async () => {
  scene = await openScene({ CHECK_TIMEOUT_SECONDS: "0.5", EJECTION_SECONDS: "1" });
  instances = await Promise.all(["a", "b", "c"].map((name) => scene.instance(name)));
  for (const { port } of instances) {
    await scene.registry.bring({
      service_name: "load_service",
      host: "127.0.0.1",
      port,
      check_interval: 1,
      routes: [{ path_prefix: "/api/v1/load", timeout: 2, balance: { policy: "round_robin" } }],
    });
  }
});
afterAll(() => scene.close());

function startLoad(callers: number): Load {
  const outcomes: (string | undefined)[] = [];
  const ending = new AbortController();
  const call = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      const at = outcomes.push(undefined) - 1;
      const outcome = await scene.get(`/load/request-${at}`).then(
        ({ status, by }) => (status === 200 ? `by ${by}` : `status ${status}`),
        () => "broken",
      );
      // Two outcomes of one request would show.
      outcomes[at] = outcomes[at] === undefined ? outcome : "twice";
      await Bun.sleep(5);
    }
  };
  const all = Promise.all(Array.from({ length: callers }, call));
  return {
    outcomes,
    async stop() {
      ending.abort();
      await all;
    },
  };
}

function instanceOf(port: number | undefined) {
  return scene.registry.service("load_service").then(({ body }) => body.instances.find((one) => one.port === port));
}

describe("of three instances under load, one", () => {
  test("that is killed costs at most the requests it had, and is back in service after its restart", async () => {
    const [killed] = instances;
    const load = startLoad(8);
    await waitFor("requests to all", () => new Set(load.outcomes.filter((one) => one !== undefined)).size === 3);
    await killed?.kill();
    const atKill = load.outcomes.length;
    await waitFor("failed", async () => (await instanceOf(killed?.port))?.status === "failed");
    const afterwards = load.outcomes.length;
    await waitFor("more requests", () => load.outcomes.length > afterwards + 200);
    const restarted = load.outcomes.length;
    await killed?.restart();
    await waitFor("healthy", async () => (await instanceOf(killed?.port))?.status === "healthy");
    const back = load.outcomes.length;
    await waitFor("requests to it", () => load.outcomes.slice(back).includes("by a"));
    await load.stop();

    expect(load.outcomes).not.toContain(undefined);
    expect(load.outcomes).not.toContain("twice");
    expect(load.outcomes).not.toContain("broken");
    const isBad = (outcome: string | undefined) => outcome?.startsWith("by ") !== true;
    expect(load.outcomes.slice(0, atKill - 8).filter(isBad)).toEqual([]);
    expect(load.outcomes.slice(atKill - 8).filter(isBad).length).toBeLessThanOrEqual(8);
    expect(load.outcomes.slice(afterwards).filter(isBad)).toEqual([]);
    expect(new Set(load.outcomes.slice(afterwards, restarted))).toEqual(new Set(["by b", "by c"]));
  });

  test("that is stopped costs requests only until it is found out", async () => {
    const [, stopped] = instances;
    const load = startLoad(8);
    await waitFor("requests to all", () => new Set(load.outcomes.filter((one) => one !== undefined)).size === 3);
    stopped?.pause();
    await waitFor("failed", async () => (await instanceOf(stopped?.port))?.status === "failed");
    const afterwards = load.outcomes.length;
    await waitFor("more requests", () => load.outcomes.length > afterwards + 200);
    stopped?.resume();
    await waitFor("healthy", async () => (await instanceOf(stopped?.port))?.status === "healthy");
    await load.stop();

    expect(load.outcomes).not.toContain(undefined);
    expect(load.outcomes).not.toContain("broken");
    expect(load.outcomes.slice(afterwards).filter((outcome) => outcome?.startsWith("by ") !== true)).toEqual([]);
  });
});
