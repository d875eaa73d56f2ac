import { describe, expect, test } from "bun:test";
import { createBalancer } from "../../src/services/balance/create-balancer.ts";
import type { Instance } from "../../src/services/instance.ts";
import type { Service } from "../../src/services/service.ts";
import { callerWith, instanceInfo } from "./instances.ts";
import { createServiceAt } from "./service-at.ts";

const line = { length: 10, waitMs: 10_000 };
const never = new AbortController().signal;
const balancer = createBalancer({ policy: "round_robin", hash_on: "client_address" });

function createCrowded(perInstance: number, perService: number, ids: readonly string[]): Service {
  const { service } = createServiceAt({ crowd: { perInstance, perService, line } });
  service.update(
    "settings",
    ids.map((id) => instanceInfo(id)),
  );
  return service;
}

function begin(service: Service): Instance | undefined {
  const instance = service.admit(balancer, callerWith());
  if (instance !== undefined) service.begin(instance);
  return instance;
}

describe("an instance at its bound", () => {
  test("is left out while others have places", () => {
    const service = createCrowded(2, 1000, ["a", "b"]);
    const [a] = service.instances;
    if (a === undefined) throw new Error("no instance");
    service.begin(a);
    service.begin(a);
    expect([begin(service)?.id, begin(service)?.id, begin(service)?.id]).toEqual(["b", "b", undefined]);
    expect(service.instances.map(({ inFlight }) => inFlight)).toEqual([2, 2]);
  });

  test.each(["least_loaded", "weighted", "consistent_hash"] as const)("is left out by %s too", (policy) => {
    const service = createCrowded(3, 1000, ["a", "b", "c"]);
    const own = createBalancer({ policy, hash_on: "client_address" });
    for (let round = 0; round < 9; round += 1) {
      const instance = service.admit(own, callerWith());
      if (instance === undefined) throw new Error(`turned away in round ${round}`);
      service.begin(instance);
    }
    expect(service.instances.map(({ inFlight }) => inFlight)).toEqual([3, 3, 3]);
    expect(service.admit(own, callerWith())).toBeUndefined();
  });
});

test("a service at its bound admits nobody, however idle its instances are", () => {
  const service = createCrowded(1000, 3, ["a", "b"]);
  const begun = [1, 2, 3].map(() => begin(service));
  expect(begin(service)).toBeUndefined();
  if (begun[0] !== undefined) service.end(begun[0]);
  expect(begin(service)).toBeDefined();
});

describe("who waits", () => {
  test("gets the place of a request that ends", async () => {
    const service = createCrowded(1, 1000, ["a"]);
    const first = begin(service);
    const waiting = service.line.wait(() => begin(service) !== undefined, never);
    if (first !== undefined) service.end(first);
    expect(await waiting).toBe(true);
    expect(service.instances[0]?.inFlight).toBe(1);
  });

  test("gets a place at an instance that comes", async () => {
    const service = createCrowded(1, 1000, ["a"]);
    begin(service);
    const waiting = service.line.wait(() => begin(service) !== undefined, never);
    service.update("registry", [instanceInfo("b")]);
    expect(await waiting).toBe(true);
    expect(service.instances.map(({ inFlight }) => inFlight)).toEqual([1, 1]);
  });
});
