import { describe, expect, test } from "bun:test";
import { createBalancer } from "../../../src/services/balance/create-balancer.ts";
import type { Instance } from "../../../src/services/instance.ts";
import { callerWith, countPicks, createInstance, createInstances } from "../instances.ts";

const caller = callerWith();
const balancerOf = (policy: "round_robin" | "weighted") => createBalancer({ policy, hash_on: "client_address" });

describe("round_robin", () => {
  test("picks each in turn, whatever its weight and load", () => {
    const instances = [createInstance("a", { weight: 9 }), createInstance("b", { inFlight: 5 }), createInstance("c")];
    const balancer = balancerOf("round_robin");
    const picked = Array.from({ length: 7 }, () => balancer(instances, caller)?.id).join("");
    expect(picked).toBe("abcabca");
  });

  test("gives one that warms up its part, evenly spread over time", () => {
    const instances = [createInstance("warm"), createInstance("cold", { warmth: 0.25 })];
    const balancer = balancerOf("round_robin");
    for (let round = 0; round < 4; round += 1) {
      expect(countPicks(5, () => balancer(instances, caller))).toEqual({ warm: 4, cold: 1 });
    }
  });
});

describe("weighted", () => {
  test("gives exactly the shares that the weights say", () => {
    const instances = [5, 3, 1, 1].map((weight, index) => createInstance(`i-${index}`, { weight }));
    const balancer = balancerOf("weighted");
    for (let cycle = 0; cycle < 100; cycle += 1) {
      expect(countPicks(10, () => balancer(instances, caller))).toEqual({ "i-0": 5, "i-1": 3, "i-2": 1, "i-3": 1 });
    }
  });

  test("does not send the heavy one all of its requests in a row", () => {
    const instances = [createInstance("a", { weight: 5 }), createInstance("b"), createInstance("c")];
    const balancer = balancerOf("weighted");
    expect(Array.from({ length: 7 }, () => balancer(instances, caller)?.id).join("")).toBe("aabacaa");
  });
});

test("one that joins gets its turns and no more, one that leaves none, and shares stay exact", () => {
  const balancer = balancerOf("round_robin");
  const pickFrom = (instances: readonly Instance[], times: number) =>
    countPicks(times, () => balancer(instances, caller));
  const three = createInstances(3);
  const four = [...three, createInstance("new")];
  expect(pickFrom(three, 10)["i-0"]).toBe(4);
  expect(pickFrom(four, 40)["new"]).toBeWithin(9, 12);
  const left = pickFrom(four.slice(1), 30);
  expect(left).not.toHaveProperty("i-0");
  for (const count of Object.values(left)) expect(count).toBeWithin(9, 12);
});

test("each route has turns of its own", () => {
  const instances = createInstances(2);
  const [one, other] = [balancerOf("round_robin"), balancerOf("round_robin")];
  expect(one(instances, caller)?.id).toBe("i-0");
  expect(other(instances, caller)?.id).toBe("i-0");
});
