import type { CheckResult, InstanceStatus } from "@isaas/gateway-sdk/registration";

/** How a check ended. `bad`: an answer that is no good one. `silent`: none at all. `unresolved`: the host has no address yet. */
export type CheckOutcome = "good" | "bad" | "silent" | "unresolved";

export interface Check extends CheckResult {
  readonly outcome: CheckOutcome;
  /** Where it was asked; the address to forward to while it is healthy. */
  readonly address: string | undefined;
}

export type CheckedStatus = Extract<InstanceStatus, "starting" | "healthy" | "unhealthy" | "failed">;

/** What the checks of one instance have shown so far. */
export interface Health {
  readonly status: CheckedStatus;
  /** The address that last answered well. */
  readonly address?: string | undefined;
  /** Good checks in a row are counted up from 0, bad ones down. */
  readonly streak: number;
  /** The newest first. */
  readonly checks: readonly CheckResult[];
}

export interface Thresholds {
  readonly healthy: number;
  readonly unhealthy: number;
}

const keptChecks = 10;

export const unchecked: Health = { status: "starting", streak: 0, checks: [] };

/**
 * What an instance's health is after one more check. A healthy one stays so until enough checks in a row are bad; one
 * that is not healthy needs enough good ones, and until then is what its last check showed.
 */
export function afterCheck(health: Health, check: Check, thresholds: Thresholds): Health {
  const { outcome, address, at, ok, reason, took_ms } = check;
  const streak = outcome === "good" ? Math.max(health.streak, 0) + 1 : Math.min(health.streak, 0) - 1;
  return {
    status: statusAfter(health.status, outcome, streak, thresholds),
    address: outcome === "good" ? address : health.address,
    streak,
    checks: [{ at, ok, reason, took_ms }, ...health.checks].slice(0, keptChecks),
  };
}

function statusAfter(
  before: CheckedStatus,
  outcome: CheckOutcome,
  streak: number,
  { healthy, unhealthy }: Thresholds,
): CheckedStatus {
  if (outcome === "good") return streak >= healthy ? "healthy" : before;
  if (before === "healthy" && -streak < unhealthy) return before;
  if (outcome === "bad") return "unhealthy";
  // A service may register before its name is known everywhere.
  return outcome === "unresolved" && before === "starting" ? before : "failed";
}
