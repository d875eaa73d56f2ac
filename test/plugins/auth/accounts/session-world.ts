import { expect } from "bun:test";
import type { Clock } from "@isaas/gateway-sdk/plugin";
import { type SessionOwner, Sessions } from "../../../../plugins/auth/accounts/sessions.ts";
import { systemClock } from "../../../../src/clock.ts";
import type { OpenableStore, StoreSettings } from "../../../../src/store/openable-store.ts";
import { newStore } from "../../../store/stores.ts";
import { secretKey } from "../../../support/open-routes.ts";
import { thrownBy } from "../../registry/thrown.ts";

export const ada: SessionOwner = { kind: "user", subject: "ada", scopes: ["read", "write"] };

/** What is around sessions: who may what, what time it is, and what they have told. */
export interface World {
  /** What an owner may by now; those who are not here have what their session says. */
  readonly scopes: Map<string, readonly string[] | undefined>;
  readonly revoked: string[];
  clock: Clock;
}
export const newWorld = (): World => ({ scopes: new Map(), revoked: [], clock: systemClock });

const open: OpenableStore[] = [];

export async function closeStores(): Promise<void> {
  await Promise.all(open.splice(0).map((store) => store.close()));
}

/** Sessions over a real store that is open. */
export async function joinSessions(settings: Partial<StoreSettings>, world: World = newWorld()) {
  const { store, log } = newStore(settings);
  open.push(store);
  const sessions = new Sessions({
    store,
    clock: { now: () => world.clock.now(), monotonic: () => world.clock.monotonic() },
    log,
    secret: secretKey,
    scopesOf: ({ subject, scopes }) => (world.scopes.has(subject) ? world.scopes.get(subject) : scopes),
    onRevoked: async (family) => void world.revoked.push(family),
  });
  const tables = Array.from({ length: 16 }, (_, index) => store.table(`sessions-${index}`));
  await store.open();
  const texts = (): string => JSON.stringify(tables.map(({ entries }) => [...entries]));
  const size = (): number => tables.reduce((sum, { entries }) => sum + entries.size, 0);
  return { sessions, store, log, world, tables, texts, size };
}

/** Every refusal of a token is this one. */
export async function expectRefused(run: () => Promise<unknown>): Promise<void> {
  const { code, status, message, details, headers } = await thrownBy(run);
  expect({ code, status, message, details, headers }).toEqual({
    code: "AUTH_ERROR",
    status: 401,
    message: "These credentials are not valid.",
    details: { reason: "bad_credentials", oauth_error: "invalid_grant" },
    headers: { "www-authenticate": 'Bearer realm="gateway"' },
  });
}
