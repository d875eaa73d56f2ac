import { expect, test } from "bun:test";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openSharedScene } from "./shared-scene.ts";

test.concurrent(
  "a gateway that was alone knows everything when it comes back, and sends nobody a request before a check",
  async () => {
    await using scene = await openSharedScene();
    const instance = await scene.instance();
    const before = await scene.gateway();
    await before.registry.bring(bodyOf("known", instance, { check_interval: 3600, lease_seconds: 3600 }));
    await before.process.stop();
    await instance.answerChecks({ delayMs: 1_500 });

    const after = await scene.gateway();
    const reply = await after.get("/known/early");
    expect(reply.status).toBe(503);
    expect(reply.text).toContain("SERVICE_UNAVAILABLE");
    expect(await after.registry.instance("known_service")).toMatchObject({ status: "starting", checks: [] });
    await after.registry.waitForStatus("known_service", "healthy");
    expect((await after.get("/known/x")).status).toBe(200);
    expect((await instance.seen()).requests).toEqual(["/x"]);
  },
  30_000,
);

test.concurrent(
  "a gateway that comes to others knows at once how every instance is, without a check or a request",
  async () => {
    await using scene = await openSharedScene();
    const [good, bad] = [await scene.instance("good"), await scene.instance("bad")];
    const first = await scene.gateway();
    const more = { check_interval: 3600, lease_seconds: 3600 };
    await first.registry.bring(bodyOf("good", good, more));
    await bad.answerChecks({ status: 500 });
    await first.registry.register(bodyOf("bad", bad, { lease_seconds: 3600 }));
    await first.registry.waitForStatus("bad_service", "unhealthy");

    for (const end of ["stopped", "killed"]) {
      const second = await scene.gateway();
      expect((await second.get("/good/x")).status, end).toBe(200);
      expect((await second.get("/bad/x")).status, end).toBe(503);
      const { checks } = (await first.registry.instance("good_service")) ?? {};
      expect((await second.registry.instance("good_service"))?.checks).toEqual(checks ?? []);
      if (end === "stopped") await second.process.stop();
      else await second.kill();
    }
    expect((await good.seen()).checks).toHaveLength(1);
    expect((await bad.seen()).requests).toEqual([]);
  },
  30_000,
);

test.concurrent(
  "gateways that are replaced one after the other hand on what they know, and the last one checks",
  async () => {
    await using scene = await openSharedScene();
    const instance = await scene.instance();
    let old = await scene.gateway();
    await old.registry.bring(bodyOf("rolled", instance, { check_interval: 3600, lease_seconds: 3600 }));
    for (let round = 0; round < 3; round += 1) {
      const next = await scene.gateway();
      await old.process.stop();
      expect((await next.get("/rolled/x")).status).toBe(200);
      old = next;
    }
    expect((await instance.seen()).checks).toHaveLength(1);
    await instance.answerChecks({ status: 500 });
    const { instance_id: id } = (await old.registry.instance("rolled_service")) ?? { instance_id: "" };
    await old.registry.patch("rolled_service", id, { status: "draining" });
    await old.registry.patch("rolled_service", id, { status: "starting" });
    await waitFor("its own check", async () => (await old.registry.instance("rolled_service"))?.status === "unhealthy");
  },
  30_000,
);
