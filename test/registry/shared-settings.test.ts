import { expect, test } from "bun:test";
import { writeSettings } from "../support/config-file.ts";
import { waitFor } from "../support/wait-for.ts";
import { bodyOf, openSharedScene, openStranger } from "./shared-scene.ts";

test.concurrent(
  "a prefix that the settings of one gateway give to a service of their own stays its own there, and that is logged once",
  async () => {
    await using scene = await openSharedScene();
    const [registered, fixed] = [await scene.instance("registered"), await scene.instance("fixed")];
    const first = await scene.gateway();
    const second = await scene.gateway({ BILLING_SERVICE_URL: `http://127.0.0.1:${fixed.port}` });
    const routes = [{ path_prefix: "/api/v1/billing" }];
    const body = bodyOf("invoices", registered, { routes });
    const { instance_id: id } = await first.registry.bring(body);
    await second.registry.waitForStatus("invoices_service", "healthy");

    expect((await first.get("/billing/x")).by).toBe("registered");
    expect((await second.get("/billing/x")).by).toBe("fixed");
    const collisions = () =>
      second.process.lines.filter(({ level, service }) => level === "error" && service === "invoices_service");
    await second.process.waitForLine(({ msg }) => msg.includes("does not fit the settings"));
    // Each change of health tries again.
    await registered.answerChecks({ status: 500 });
    await second.registry.waitForStatus("invoices_service", "unhealthy");
    await registered.answerChecks({ status: 200 });
    await second.registry.waitForStatus("invoices_service", "healthy");
    expect(collisions()).toHaveLength(1);
    const refused = await second.registry.register(body);
    expect([refused.status, refused.error?.details.owner]).toEqual([409, "billing_service"]);

    expect((await second.registry.remove("invoices_service", id)).status).toBe(204);
    await waitFor("the first to forget it", async () => (await first.get("/billing/x")).status === 404, 2_000);
    expect((await second.get("/billing/x")).by).toBe("fixed");
  },
  30_000,
);

test.concurrent(
  "a rule of limits that only one gateway's settings have keeps a service from the others, and they say why",
  async () => {
    await using scene = await openSharedScene();
    const limits = [{ name: "gold", per_second: 1, burst: 1 }];
    const first = await scene.gateway();
    const second = await scene.gateway({ CONFIG: writeSettings({ limits }) });
    const routes = [{ path_prefix: "/api/v1/billing", limits: { rules: ["gold"] } }];
    const body = bodyOf("billing", await scene.instance(), { routes });
    expect((await first.registry.register(body)).status).toBe(400);
    await second.registry.bring(body);
    const line = await first.process.waitForLine(({ msg }) => msg.includes("does not fit the settings"));
    expect(line).toMatchObject({
      level: "error",
      service: "billing_service",
      reason: "/api/v1/billing: limits.rules: wanted names of `limits`, got another",
    });
  },
  30_000,
);

test.concurrent(
  "two services that have one prefix all the same do not mix, and the second serves when the first has left",
  async () => {
    await using scene = await openSharedScene();
    const [one, rival] = [await scene.instance("one"), await scene.instance("rival")];
    const gateway = await scene.gateway();
    const { instance_id: id } = await gateway.registry.bring(bodyOf("contested", one));

    // No gateway would write this: it is put into the store behind their backs.
    await using stranger = await openStranger(scene);
    const { instances } = stranger;
    const key = `contested_service/${id}`;
    await waitFor("the record", () => instances.entries.has(key));
    const record: object = JSON.parse(instances.entries.get(key) ?? "");
    const forged = { ...record, service_name: "rival_service", port: rival.port, check_interval: 3600 };
    await instances.put(new Map([[`rival_service/${id}`, JSON.stringify(forged)]]));
    await gateway.registry.waitForStatus("rival_service", "healthy");
    for (let call = 0; call < 10; call += 1) expect((await gateway.get("/contested/x")).by).toBe("one");

    await gateway.registry.remove("contested_service", id);
    await waitFor("the rival", async () => (await gateway.get("/contested/x")).by === "rival", 2_000);
  },
  30_000,
);
