import { afterAll } from "bun:test";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import { newStore } from "../../../store/stores.ts";
import { createOwnTokens, type OwnTokens, type OwnTokensOptions } from "./own-tokens.ts";

/** Opens gateways' parts that deal with tokens, each on a store of its own in memory, until the file's tests are over. */
export function openOwnTokens(clock: Clock): (options?: OwnTokensOptions) => Promise<OwnTokens> {
  const closers: (() => unknown)[] = [];
  afterAll(() => closers.forEach((close) => close()));
  return async (options = {}) => {
    const { store } = newStore();
    const own = createOwnTokens(store, clock, options);
    await store.open();
    await own.start();
    closers.push(own.close, () => store.close());
    return own;
  };
}
