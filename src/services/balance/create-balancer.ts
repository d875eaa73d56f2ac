import type { BalanceOptions } from "@isaas/gateway-sdk/contract";
import type { Balancer } from "./balancer.ts";
import { createConsistentHash } from "./consistent-hash.ts";
import { hashKeyOf } from "./hash-key.ts";
import { pickLeastLoaded } from "./least-loaded.ts";
import { createTurns } from "./turns.ts";

/** A balancer remembers whose turn it is: each route has its own. */
export function createBalancer({ policy, hash_on }: BalanceOptions): Balancer {
  switch (policy) {
    case "least_loaded":
      return (instances) => pickLeastLoaded(instances);
    case "round_robin":
      return createTurns(({ warmth }) => warmth);
    case "weighted":
      return createTurns(({ weight, warmth }) => weight * warmth);
    case "consistent_hash":
      return createConsistentHash(hashKeyOf(hash_on));
  }
}
