import { expect, test } from "bun:test";
import { createBalancer } from "../../src/services/balance/create-balancer.ts";
import { callerWith, instanceInfo } from "./instances.ts";
import { createServiceAt } from "./service-at.ts";

const leastLoaded = createBalancer({ policy: "least_loaded", hash_on: "client_address" });

test("a source replaces what it said before, and leaves alone what others say", () => {
  const { service } = createServiceAt();
  service.update("settings", [instanceInfo("a"), instanceInfo("b")]);
  service.update("registry", [instanceInfo("c")]);
  service.update("settings", [instanceInfo("b")]);
  expect(service.instances.map(({ id }) => id)).toEqual(["b", "c"]);
  expect(service.instancesOf("registry").map(({ id }) => id)).toEqual(["c"]);
  service.update("registry", []);
  expect(service.instances.map(({ id }) => id)).toEqual(["b"]);
  expect(service.instancesOf("dns")).toEqual([]);
});

test("an id that stays is the same instance, whatever else is said of it", () => {
  const { service } = createServiceAt();
  service.update("registry", [instanceInfo("a")]);
  const [before] = service.instances;
  if (before !== undefined) before.inFlight = 3;
  service.update("registry", [instanceInfo("a", { url: "http://10.0.0.7:9", authority: "a.test", weight: 5 })]);
  expect(service.instances[0]).toBe(before);
  expect(before).toMatchObject({ url: "http://10.0.0.7:9", authority: "a.test", weight: 5, inFlight: 3 });
});

test("of two sources that tell of one id, the one that spoke first is believed, and the other when it is gone", () => {
  const { service } = createServiceAt();
  service.update("settings", [instanceInfo("a", { weight: 1 })]);
  service.update("registry", [instanceInfo("a", { weight: 7 })]);
  expect(service.instances.map(({ weight }) => weight)).toEqual([1]);
  service.update("settings", []);
  expect(service.instances.map(({ weight }) => weight)).toEqual([7]);
});

test("one that is gone gets nothing new, and what it has is counted down without harm", () => {
  const { service } = createServiceAt();
  service.update("dns", [instanceInfo("a")]);
  const gone = service.pick(leastLoaded, callerWith(), []);
  if (gone === undefined) throw new Error("nobody was picked");
  gone.inFlight += 1;
  service.update("dns", []);
  expect(service.isAvailable).toBe(false);
  expect(service.pick(leastLoaded, callerWith(), [])).toBeUndefined();
  for (let failure = 0; failure < 9; failure += 1) service.failed(gone, "broke off");
  gone.inFlight -= 1;
  service.update("dns", [instanceInfo("a")]);
  expect(service.load("a")).toEqual({ inFlight: 0, ejected: undefined });
});

test("one that is closed gets nothing new either", () => {
  const { service } = createServiceAt();
  service.update("registry", [instanceInfo("a", { open: false })]);
  expect([service.isAvailable, service.instances.length]).toEqual([false, 1]);
  service.update("registry", [instanceInfo("a")]);
  expect(service.isAvailable).toBe(true);
});

test("the last check is that of the first source that checks", () => {
  const { service } = createServiceAt();
  service.update("settings", [instanceInfo("a")]);
  expect(service.lastCheck).toBeNull();
  let time: string | null = null;
  service.update("registry", [instanceInfo("b")], () => time);
  expect(service.lastCheck).toBeNull();
  time = "2026-11-25T20:00:00.000Z";
  expect(service.lastCheck).toBe(time);
  service.update("registry", []);
  expect(service.lastCheck).toBeNull();
});
