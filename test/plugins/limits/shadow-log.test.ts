import { expect, test } from "bun:test";
import { ShadowLog } from "../../../plugins/limits/shadow-log.ts";
import { waitFor } from "../../support/wait-for.ts";

function createShadowLog(everyMs: number) {
  const told: unknown[] = [];
  const info = (fields: object): void => void told.push({ ...fields });
  const log = { trace: info, debug: info, info, warn: info, error: info };
  return { told, shadowLog: new ShadowLog(log, everyMs) };
}

test("after a while all that was counted is told, by rule and service, and then nothing until there is more", async () => {
  const { told, shadowLog } = createShadowLog(50);
  for (let count = 0; count < 6; count += 1) shadowLog.wouldRefuse("few", "x_service");
  shadowLog.wouldRefuse("few", "y_service");
  expect(told).toEqual([]);
  await waitFor("the lines", () => told.length > 0);
  expect(told).toEqual([
    { rule: "few", service: "x_service", refused: 6 },
    { rule: "few", service: "y_service", refused: 1 },
  ]);
  await Bun.sleep(120);
  expect(told).toHaveLength(2);
  shadowLog.wouldRefuse("few", "y_service");
  await waitFor("one more", () => told.length === 3);
  expect(told[2]).toEqual({ rule: "few", service: "y_service", refused: 1 });
});

test("at the end what is left is told", () => {
  const { told, shadowLog } = createShadowLog(60_000);
  shadowLog.wouldRefuse("few", "x_service");
  shadowLog.tell();
  shadowLog.tell();
  expect(told).toHaveLength(1);
});
