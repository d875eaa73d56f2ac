import { describe, expect, test } from "bun:test";
import {
  afterCheck,
  type Check,
  type CheckedStatus,
  type CheckOutcome,
  type Health,
  type Thresholds,
  unchecked,
} from "../../../plugins/registry/health.ts";

const usual: Thresholds = { healthy: 1, unhealthy: 3 };

function toCheck(outcome: CheckOutcome, address: string | undefined = "10.0.0.1", at = ""): Check {
  return { outcome, address, at, ok: outcome === "good", reason: outcome, took_ms: 1 };
}

const letters = { g: "good", b: "bad", s: "silent", u: "unresolved" } as const;

/** The statuses after each of these checks: g(ood), b(ad), s(ilent), u(nresolved). */
function statusesAfter(checks: string, thresholds = usual, from: Health = unchecked): CheckedStatus[] {
  let health = from;
  return [...checks].map((letter) => {
    health = afterCheck(health, toCheck(letters[letter as keyof typeof letters]), thresholds);
    return health.status;
  });
}

const short: Readonly<Record<string, CheckedStatus>> = { S: "starting", H: "healthy", U: "unhealthy", F: "failed" };
const toStatuses = (text: string) => [...text].map((letter) => short[letter]);

describe("with 1 good and 3 bad checks as thresholds", () => {
  test.each([
    ["g", "H"],
    ["b", "U"],
    ["s", "F"],
    ["u", "S"],
    ["uuuuu", "SSSSS"],
    ["uug", "SSH"],
    ["us", "SF"],
    ["su", "FF"],
    ["bu", "UF"],
    ["bsbs", "UFUF"],
    ["sg", "FH"],
    ["bg", "UH"],
    ["gbbb", "HHHU"],
    ["gsss", "HHHF"],
    ["guuu", "HHHF"],
    ["gbbs", "HHHF"],
    ["gssb", "HHHU"],
    ["gbbgbb", "HHHHHH"],
    ["gbbgbbb", "HHHHHHU"],
    ["gbbbb", "HHHUU"],
    ["gbbbs", "HHHUF"],
    ["gbbbg", "HHHUH"],
    ["gbbbgb", "HHHUHH"],
  ])("%s makes %s", (checks, statuses) => {
    expect(statusesAfter(checks)).toEqual(toStatuses(statuses) as CheckedStatus[]);
  });
});

describe("with 3 good and 2 bad", () => {
  test.each([
    ["ggg", "SSH"],
    ["ggbggg", "SSUUUH"],
    ["bggg", "UUUH"],
    ["sggg", "FFFH"],
    ["gugugg", "SSSSSS"],
    ["gggbgb", "SSHHHH"],
    ["gggbb", "SSHHU"],
    ["gggbbgg", "SSHHUUU"],
    ["gggbbggg", "SSHHUUUH"],
  ])("%s makes %s", (checks, statuses) => {
    expect(statusesAfter(checks, { healthy: 3, unhealthy: 2 })).toEqual(toStatuses(statuses) as CheckedStatus[]);
  });
});

test("with 1 and 1, every check is believed", () => {
  expect(statusesAfter("gbgsgb", { healthy: 1, unhealthy: 1 })).toEqual(toStatuses("HUHFHU") as CheckedStatus[]);
});

test("the last ten checks are kept, the newest first, without where they were made", () => {
  let health = unchecked;
  for (let index = 1; index <= 12; index += 1) {
    health = afterCheck(health, toCheck("good", "10.0.0.1", String(index)), usual);
    expect(health.checks).toHaveLength(Math.min(index, 10));
    expect(health.checks[0]).toEqual({ at: String(index), ok: true, reason: "good", took_ms: 1 });
  }
  expect(health.checks.map(({ at }) => at)).toEqual(["12", "11", "10", "9", "8", "7", "6", "5", "4", "3"]);
});

test("the address is the one that last answered well", () => {
  let health = unchecked;
  const addresses = (
    [
      ["bad", "10.0.0.9"],
      ["good", "10.0.0.1"],
      ["bad", "10.0.0.2"],
      ["silent", "10.0.0.3"],
      ["unresolved", undefined],
      ["good", "10.0.0.4"],
    ] as const
  ).map(([outcome, address]) => (health = afterCheck(health, { ...toCheck(outcome), address }, usual)).address);
  const [none, one, four] = [undefined, "10.0.0.1", "10.0.0.4"];
  expect(addresses).toEqual([none, one, one, one, one, four]);
});

test("nothing of the health before is changed", () => {
  const before: Health = Object.freeze({ status: "healthy", streak: 1, checks: Object.freeze([]) });
  expect(afterCheck(before, toCheck("bad"), usual)).toMatchObject({ status: "healthy", streak: -1 });
  expect(before).toEqual({ status: "healthy", streak: 1, checks: [] });
});
