import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import type { InstanceProcess } from "../support/instance-process.ts";
import { openScene, type Scene } from "../support/registry-scene.ts";
import { waitFor } from "../support/wait-for.ts";

setDefaultTimeout(60_000);

let dns: DnsServer;
let scene: Scene;
let home: InstanceProcess;
/** On the same port, where nothing may be dialled. */
let forbidden: InstanceProcess;
/** On the same port, at another address that is allowed. */
let moved: InstanceProcess;

beforeAll(async () => {
  dns = await startDnsServer({ "turncoat.test": { A: ["127.0.0.1"] }, "mover.test": { A: ["127.0.0.1"] } });
  scene = await openScene({
    DNS_SERVERS: dns.address,
    REGISTRATION_ALLOW: "127.0.0.1,127.0.0.3",
    CHECK_TIMEOUT_SECONDS: "0.5",
  });
  home = await scene.instance("home");
  forbidden = await scene.instance("forbidden", "127.0.0.2", home.port);
  moved = await scene.instance("moved", "127.0.0.3", home.port);
});
afterAll(async () => {
  await scene.close();
  dns.close();
});

test("a name that turns to a forbidden address after its check is never followed there, and one that moves to an allowed one is, within 30 s", async () => {
  const { registry } = scene;
  await registry.bring({ service_name: "turncoat_service", host: "turncoat.test", port: home.port, check_interval: 1 });
  // Its checks are an hour apart: only the name is looked at again.
  await registry.bring({ service_name: "mover_service", host: "mover.test", port: home.port, check_interval: 3600 });
  expect(await scene.get("/turncoat/x")).toMatchObject({ status: 200, by: "home" });

  dns.answerWith({ "turncoat.test": { A: ["127.0.0.2"] }, "mover.test": { A: ["127.0.0.3"] } });
  const answers = new Set<string>();
  const movedAfterMs = performance.now();
  await waitFor("the move", async () => (await scene.get("/mover/x")).by === "moved", 30_000);
  expect(performance.now() - movedAfterMs).toBeLessThan(30_000);
  await waitFor("the failure", async () => {
    const { status, by } = await scene.get("/turncoat/x");
    answers.add(`${status} ${by}`);
    return status === 503;
  });
  // Until it is out, requests go where it was checked.
  for (const answer of answers) expect(["200 home", "503 undefined"]).toContain(answer);
  const { checks = [] } = (await registry.instance("turncoat_service")) ?? {};
  expect(checks[0]?.reason).toBe("the address is not allowed");
  expect((await moved.seen()).requests.length).toBeGreaterThan(0);
  expect(await forbidden.seen()).toMatchObject({ checks: [], requests: [] });
  expect((await registry.register({ service_name: "turncoat_service", host: "turncoat.test", port: 9 })).status).toBe(
    400,
  );

  dns.answerWith({ "turncoat.test": { A: ["127.0.0.1"] }, "mover.test": { A: ["127.0.0.3"] } });
  await registry.waitForStatus("turncoat_service", "healthy");
  expect(await scene.get("/turncoat/x")).toMatchObject({ status: 200, by: "home" });
});

test("a name that cannot be resolved for a moment goes on being served where it was", async () => {
  dns.answerWith({ "turncoat.test": "SERVFAIL", "mover.test": "SERVFAIL" });
  const { registry } = scene;
  const reasonNow = async () => (await registry.instance("turncoat_service"))?.checks[0]?.reason;
  await waitFor("a check", async () => (await reasonNow()) === "the host does not resolve");
  expect(await scene.get("/turncoat/x")).toMatchObject({ status: 200, by: "home" });
  expect(await scene.get("/mover/x")).toMatchObject({ status: 200, by: "moved" });
});
