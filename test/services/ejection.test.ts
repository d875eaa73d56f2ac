import { describe, expect, test } from "bun:test";
import { createBalancer } from "../../src/services/balance/create-balancer.ts";
import type { Service } from "../../src/services/service.ts";
import { callerWith, countPicks, instanceInfo } from "./instances.ts";
import { createServiceAt } from "./service-at.ts";

function fail(service: Service, id: string, times = 5): void {
  const instance = service.instances.find((one) => one.id === id);
  if (instance === undefined) throw new Error(`there is no ${id}`);
  for (let failure = 0; failure < times; failure += 1) service.failed(instance, "answered 503");
}

function succeed(service: Service, id: string): void {
  const instance = service.instances.find((one) => one.id === id);
  if (instance !== undefined) service.succeeded(instance);
}

function served(service: Service): string[] {
  const balancer = createBalancer({ policy: "round_robin", hash_on: "client_address" });
  return Object.keys(countPicks(200, () => service.pick(balancer, callerWith(), []))).toSorted();
}

const isEjected = (service: Service, id: string): boolean => service.load(id)?.ejected !== undefined;

function createNamed(ids: string, options: { failures?: number } = {}): ReturnType<typeof createServiceAt> {
  const made = createServiceAt(options);
  made.service.update(
    "settings",
    [...ids].map((id) => instanceInfo(id)),
  );
  return made;
}

test("five failures in a row eject an instance; it gets nothing, and the log says so once", () => {
  const { service, lines } = createNamed("ab");
  fail(service, "a", 4);
  expect(served(service)).toEqual(["a", "b"]);
  fail(service, "a", 1);
  expect(served(service)).toEqual(["b"]);
  expect(service.load("a")).toEqual({
    inFlight: 0,
    ejected: { untilMs: 1_800_000_030_000, reason: "answered 503" },
  });
  // Those that were under way when it was ejected.
  fail(service, "a", 9);
  expect(lines).toEqual([
    { level: "warn", fields: { service: "billing_service", instance: "a", reason: "answered 503", seconds: 30 } },
  ]);
});

test("a good answer sets the count to zero", () => {
  const { service } = createNamed("ab");
  fail(service, "a", 4);
  succeed(service, "a");
  fail(service, "a", 4);
  expect(isEjected(service, "a")).toBe(false);
});

test("each instance has a count of its own", () => {
  const { service } = createNamed("abcd");
  fail(service, "a", 4);
  fail(service, "b", 4);
  expect([...served(service)]).toEqual(["a", "b", "c", "d"]);
});

test("it comes back after its time, with slow start, and the log says so", () => {
  const { service, lines, pass } = createNamed("ab");
  fail(service, "a");
  pass(29.9);
  expect(served(service)).toEqual(["b"]);
  pass(0.1);
  const balancer = createBalancer({ policy: "round_robin", hash_on: "client_address" });
  const counts = countPicks(1100, () => service.pick(balancer, callerWith(), []));
  expect(counts).toEqual({ a: 100, b: 1000 });
  expect(lines.at(-1)).toEqual({ level: "info", fields: { service: "billing_service", instance: "a" } });
  // It begins anew: four failures are not enough.
  fail(service, "a", 4);
  expect(isEjected(service, "a")).toBe(false);
});

test("whoever asks how it is hears the truth, also when no request came in between", () => {
  const { service, pass } = createNamed("ab");
  fail(service, "a");
  pass(31);
  expect(isEjected(service, "a")).toBe(false);
});

describe("the n-th ejection lasts n times as long", () => {
  const secondsOf = (lines: readonly { fields: object }[]): unknown[] =>
    lines.map(({ fields }) => Object(fields)["seconds"]).filter((seconds) => seconds !== undefined);

  test("at most the longest time", () => {
    const { service, lines, pass } = createNamed("ab");
    for (let round = 0; round < 12; round += 1) {
      fail(service, "a");
      pass(Number(secondsOf(lines).at(-1)));
    }
    expect(secondsOf(lines)).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
  });

  test("and n shrinks by one for each full quiet period since it came back", () => {
    const { service, lines, pass } = createNamed("ab");
    const failAfter = (quietSeconds: number): void => {
      pass(Number(secondsOf(lines).at(-1) ?? 0) + quietSeconds);
      fail(service, "a");
    };
    failAfter(0);
    failAfter(0);
    failAfter(29);
    failAfter(30);
    failAfter(65);
    failAfter(10_000);
    expect(secondsOf(lines)).toEqual([30, 60, 90, 90, 60, 30]);
  });
});

describe("at most half of the open instances are ejected at once", () => {
  test.each([
    ["a", 0],
    ["ab", 1],
    ["abc", 1],
    ["abcd", 2],
    ["abcdefg", 3],
  ])("of %j, %d", (ids, most) => {
    const { service } = createNamed(ids);
    for (const id of ids) fail(service, id, 20);
    expect([...ids].filter((id) => isEjected(service, id))).toHaveLength(most);
    expect(served(service)).toHaveLength(ids.length - most);
  });

  test("closed ones do not count", () => {
    const { service } = createServiceAt();
    service.update("registry", [
      instanceInfo("a"),
      instanceInfo("b", { open: false }),
      instanceInfo("c", { open: false }),
    ]);
    fail(service, "a");
    expect(isEjected(service, "a")).toBe(false);
  });

  test("one that had to stay is ejected by its next failure when there is room", () => {
    const { service, pass } = createNamed("ab");
    fail(service, "a");
    fail(service, "b");
    expect(isEjected(service, "b")).toBe(false);
    pass(30);
    expect(served(service)).toEqual(["a", "b"]);
    fail(service, "b", 1);
    expect(isEjected(service, "b")).toBe(true);
  });

  test("when good ones leave, those whose time ends first come back at once", () => {
    const { service, pass } = createNamed("abcd");
    fail(service, "b");
    pass(10);
    fail(service, "a");
    service.update("settings", [instanceInfo("a"), instanceInfo("b")]);
    expect([isEjected(service, "a"), isEjected(service, "b")]).toEqual([true, false]);
    service.update("settings", [instanceInfo("a")]);
    expect(served(service)).toEqual(["a"]);
  });
});

test("it stays ejected when it is named again, whatever else is said of it", () => {
  const { service } = createNamed("ab");
  fail(service, "a");
  service.update("settings", [instanceInfo("a", { weight: 2 }), instanceInfo("b")]);
  service.update("settings", [instanceInfo("a", { weight: 3 }), instanceInfo("b")]);
  expect(isEjected(service, "a")).toBe(true);
  expect(served(service)).toEqual(["b"]);
});

test("one that is closed while its ejection ends starts slowly when it opens, not when that ended", () => {
  const { service, pass } = createNamed("ab");
  const isOpen = (open: boolean) => service.update("settings", [instanceInfo("a", { open }), instanceInfo("b")]);
  fail(service, "a");
  isOpen(false);
  pass(50);
  isOpen(true);
  expect(isEjected(service, "a")).toBe(false);
  const balancer = createBalancer({ policy: "round_robin", hash_on: "client_address" });
  expect(countPicks(1100, () => service.pick(balancer, callerWith(), []))).toEqual({ a: 100, b: 1000 });
});

test("one that was closed and opens again has proved itself: its ejection is over, and it starts slowly", () => {
  const { service, pass } = createNamed("ab");
  const isOpen = (open: boolean) => service.update("settings", [instanceInfo("a", { open }), instanceInfo("b")]);
  fail(service, "a");
  isOpen(false);
  pass(1);
  isOpen(true);
  expect(isEjected(service, "a")).toBe(false);
  const balancer = createBalancer({ policy: "round_robin", hash_on: "client_address" });
  expect(countPicks(1100, () => service.pick(balancer, callerWith(), []))).toEqual({ a: 100, b: 1000 });
});

test("0 failures eject nobody", () => {
  const { service } = createNamed("ab", { failures: 0 });
  fail(service, "a", 1000);
  expect(isEjected(service, "a")).toBe(false);
});

describe("an answer that breaks off after a good head", () => {
  /** Its head arrives; what it forgives is kept, as the exchange does. */
  function begin(service: Service, id: string) {
    const instance = service.instances.find((one) => one.id === id);
    if (instance === undefined) throw new Error(`there is no ${id}`);
    const pardon = service.succeeded(instance);
    return {
      breakOff: () => service.failed(instance, "its answer broke off", pardon),
      complete: () => service.completed(instance),
    };
  }

  test("counts on: five of them eject the instance", () => {
    const { service } = createNamed("ab");
    for (let count = 0; count < 4; count += 1) begin(service, "a").breakOff();
    expect(isEjected(service, "a")).toBe(false);
    begin(service, "a").breakOff();
    expect(isEjected(service, "a")).toBe(true);
  });

  test("also when they are under way at once", () => {
    const { service } = createNamed("ab");
    const answers = Array.from({ length: 5 }, () => begin(service, "a"));
    for (const answer of answers) answer.breakOff();
    expect(isEjected(service, "a")).toBe(true);
  });

  test("not across one that was whole", () => {
    const { service } = createNamed("ab");
    fail(service, "a", 4);
    const long = begin(service, "a");
    begin(service, "a").complete();
    long.breakOff();
    expect(isEjected(service, "a")).toBe(false);
    fail(service, "a", 3);
    expect(isEjected(service, "a")).toBe(false);
    fail(service, "a", 1);
    expect(isEjected(service, "a")).toBe(true);
  });
});
