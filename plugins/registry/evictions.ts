/** One instance's lease. */
export interface Leased {
  readonly key: string;
  readonly leaseMs: number;
  /** Below zero when it is over. */
  readonly leftMs: number;
}

/** Of a service's instances, at most so many are evicted in one sweep while most miss their heartbeats. */
export const guardedShare = 0.15;

export interface Sweep {
  readonly evicted: readonly string[];
  /** Leases that are over and were let live. */
  readonly spared: number;
}

/**
 * Whose lease is over for good. When more than half of a service's instances miss their heartbeats, each counted at its
 * own interval, the trouble may well be ours and not theirs: then only a few go, those first that are over the longest.
 * (Netflix's Eureka guards itself in the same spirit, but counts heartbeats as if all had one interval.)
 */
export function chooseEvictions(instances: readonly Leased[]): Sweep & { readonly guarded: boolean } {
  const over = instances.filter(({ leftMs }) => leftMs <= 0).toSorted((a, b) => a.leftMs - b.leftMs);
  const missing = instances.filter(isMissing).length;
  const guarded = instances.length > 1 && missing * 2 > instances.length;
  const most = guarded ? Math.max(1, Math.floor(instances.length * guardedShare)) : over.length;
  const evicted = over.slice(0, most).map(({ key }) => key);
  return { evicted, spared: over.length - evicted.length, guarded };
}

/** Heartbeats come each third of a lease: silent for one and a half of them. */
function isMissing({ leaseMs, leftMs }: Leased): boolean {
  return leftMs <= leaseMs / 2;
}
