import type { Exchange } from "@isaas/gateway-sdk/plugin";
import type { Instance } from "../instance.ts";

/** What a choice may depend on. */
export type Caller = Pick<Exchange, "request" | "clientAddress">;

/** Chooses one of several instances. Those it is given are eligible; their weight and warmth say how often. */
export type Balancer = (instances: readonly Instance[], caller: Caller) => Instance | undefined;
