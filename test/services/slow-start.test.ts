import { describe, expect, test } from "bun:test";
import { balancePolicies } from "@isaas/gateway-sdk/contract";
import { createBalancer } from "../../src/services/balance/create-balancer.ts";
import type { Service } from "../../src/services/service.ts";
import { callerWith, countPicks, instanceInfo } from "./instances.ts";
import { createServiceAt } from "./service-at.ts";

const old = instanceInfo("old");
const fresh = instanceInfo("fresh");

/** Of all requests the part that the instance gets, one request at a time. */
function partOf(id: string, service: Service, policy: (typeof balancePolicies)[number] = "round_robin"): number {
  const balancer = createBalancer({ policy, hash_on: "client_address" });
  let next = 0;
  const counts = countPicks(8000, () => service.pick(balancer, callerWith({}, `caller-${(next += 1)}`), []));
  return (counts[id] ?? 0) / 8000;
}

/** Part that one of two gets at this part of its normal share. Consistent hashing gives the rest of its half away. */
const expectedPart = (warmth: number, policy: string): number =>
  policy === "consistent_hash" ? warmth / 2 : warmth / (1 + warmth);

describe.each([...balancePolicies])("with %s, one at a time", (policy) => {
  test.each([
    [0, 0.1],
    [10, 0.4],
    [20, 0.7],
    [30, 1],
    [1000, 1],
  ])("a new instance has after %d s %d of its normal share", (seconds, warmth) => {
    const { service, pass } = createServiceAt();
    service.update("settings", [old]);
    pass(100);
    service.update("registry", [fresh]);
    pass(seconds);
    expect(Math.abs(partOf("fresh", service, policy) - expectedPart(warmth, policy))).toBeLessThan(0.025);
  });
});

test("the share grows without anybody's saying so", () => {
  const { service, pass } = createServiceAt();
  service.update("settings", [old]);
  service.update("registry", [fresh]);
  const parts = Array.from({ length: 7 }, () => {
    const part = partOf("fresh", service);
    pass(5);
    return part;
  });
  expect(parts).toEqual(parts.toSorted((a, b) => a - b));
  expect(new Set(parts).size).toBe(7);
});

test("one that is open again starts slowly; what else is said of it changes nothing", () => {
  const { service, pass } = createServiceAt();
  service.update("settings", [old, fresh]);
  expect(partOf("fresh", service)).toBe(0.5);
  service.update("settings", [old, { ...fresh, open: false }]);
  pass(5);
  service.update("settings", [old, fresh]);
  expect(partOf("fresh", service)).toBeCloseTo(0.1 / 1.1, 3);
  pass(15);
  service.update("settings", [old, fresh]);
  expect(partOf("fresh", service)).toBeCloseTo(0.55 / 1.55, 3);
});

test("those of the start are warm, one that the settings name later is not", () => {
  const { service } = createServiceAt();
  service.update("settings", [old, instanceInfo("other")]);
  service.update("registry", [fresh]);
  expect(partOf("old", service)).toBeCloseTo(1 / 2.1, 3);
  service.update("settings", [old, instanceInfo("other"), instanceInfo("late")]);
  expect(partOf("late", service)).toBeCloseTo(0.1 / 2.2, 3);
});

test("where all are equally new it does not matter, and one that came in between is measured by the warmest", () => {
  const { service, pass } = createServiceAt();
  service.update("registry", [instanceInfo("a"), instanceInfo("b")]);
  expect(partOf("a", service)).toBe(0.5);
  pass(10);
  const byHash = createBalancer({ policy: "consistent_hash", hash_on: "client_address" });
  expect(Object.keys(countPicks(200, () => service.pick(byHash, callerWith(), [])))).toHaveLength(1);
  service.update("registry", [instanceInfo("a"), instanceInfo("b"), fresh]);
  // The others are at 0.4, it is at 0.1.
  expect(partOf("fresh", service)).toBeCloseTo(0.25 / 2.25, 3);
  service.update("registry", [fresh]);
  expect(partOf("fresh", service)).toBe(1);
});

test("weights count beside it", () => {
  const { service, pass } = createServiceAt();
  service.update("settings", [old]);
  service.update("registry", [instanceInfo("fresh", { weight: 10 })]);
  pass(10);
  expect(partOf("fresh", service, "weighted")).toBeCloseTo(4 / 5, 3);
});

test("0 seconds give the full share at once", () => {
  const { service } = createServiceAt({ slowStartMs: 0 });
  service.update("settings", [old]);
  service.update("registry", [fresh]);
  expect(partOf("fresh", service)).toBe(0.5);
});
