import { Service } from "../../src/services/service.ts";

interface Line {
  readonly level: "info" | "warn";
  readonly fields: object;
}

interface ServiceAt {
  readonly service: Service;
  readonly lines: readonly Line[];
  /** Lets time pass. */
  pass(seconds: number): void;
}

/** A service whose clock the test moves: slow start of 30 s, ejection after 5 failures for 30 s up to 300 s. */
export function createServiceAt({
  slowStartMs = 30_000,
  failures = 5,
  crowd = { perInstance: 10_000, perService: Number.POSITIVE_INFINITY, line: { length: 100, waitMs: 50 } },
} = {}): ServiceAt {
  const lines: Line[] = [];
  const write = (level: Line["level"]) => (fields: object) => void lines.push({ level, fields });
  const silent = () => {};
  let passedMs = 0;
  const service = new Service("billing_service", {
    clock: { now: () => 1_800_000_000_000 + passedMs, monotonic: () => 5000 + passedMs },
    log: { trace: silent, debug: silent, info: write("info"), warn: write("warn"), error: silent },
    slowStartMs,
    ejection: { failures, baseMs: 30_000, maxMs: 300_000 },
    crowd,
  });
  return { service, lines, pass: (seconds) => void (passedMs += seconds * 1000) };
}
