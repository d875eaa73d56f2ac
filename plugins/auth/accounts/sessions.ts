import type { Clock, Log } from "@isaas/gateway-sdk/plugin";
import type { Changes, Store } from "@isaas/gateway-sdk/store";
import { notNow, wrongCredentials } from "./refusals.ts";
import { type Decision, SerialTable } from "./serial-table.ts";
import { SessionCleaner } from "./session-cleaner.ts";
import { type SessionRecord, SessionRecords } from "./session-record.ts";
import { createHandle, createSessionToken, isSameHash, parseSessionToken } from "./session-token.ts";

/** From the login on, however often it is refreshed: then the password is asked for again. */
export const sessionLifeMs = 14 * 24 * 60 * 60_000;
const shards = 16;
/** By then a change of another gateway has come, mostly within milliseconds, or the store is known to be away. */
const arrivalMs = 1000;
const lookAgainMs = 25;

/** Whose session it is. */
export interface SessionOwner {
  readonly kind: "user" | "client";
  readonly subject: string;
  /** The client that logged the owner in: only it may refresh. Undefined: none did, and none may. */
  readonly clientId?: string | undefined;
  readonly scopes: readonly string[];
}

export interface OpenedSession {
  readonly refreshToken: string;
  /** Names the session and everything issued from it; no secret. */
  readonly family: string;
  /** When the session ends, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

export interface RefreshedSession extends OpenedSession, SessionOwner {}

export interface SessionsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** SECRET_KEY. */
  readonly secret: string;
  /** The scopes that the owner has by now; undefined: the owner is disabled or gone. */
  readonly scopesOf: (owner: SessionOwner) => readonly string[] | undefined;
  /** Called when a family is revoked, so that access tokens issued from it end too. */
  readonly onRevoked: (family: string) => Promise<void>;
}

type Outcome = "unknown" | "reused" | "disabled" | RefreshedSession;

/** Refresh tokens: each can be used once, for the next one. Using one twice ends the whole family. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #records: SessionRecords;
  readonly #tables: readonly SerialTable[];
  readonly #cleaner: SessionCleaner;

  /** During a plugin's set-up: asks the store for its tables. */
  constructor(options: SessionsOptions) {
    const { store, clock, secret } = options;
    this.#options = options;
    this.#records = new SessionRecords(secret);
    // Many small tables rather than a large one: a change of one holds up none of another.
    this.#tables = Array.from(
      { length: shards },
      (_, index) => new SerialTable(store.table(`sessions-${index}`), store),
    );
    this.#cleaner = new SessionCleaner({ tables: this.#tables, members: store.members, clock });
  }

  start(): void {
    this.#cleaner.start();
  }

  close(): void {
    this.#cleaner.close();
  }

  /** Begins a session that lasts 14 days. Rejects with SERVICE_UNAVAILABLE while the store is away. */
  async open({ kind, subject, clientId, scopes }: SessionOwner): Promise<OpenedSession> {
    const { refreshToken, family, secretHash } = newToken(createHandle());
    const expiresAtMs = this.#options.clock.now() + sessionLifeMs;
    const record: SessionRecord = {
      kind,
      subject,
      ...(clientId === undefined ? {} : { client_id: clientId }),
      scopes: [...scopes],
      secret_hash: secretHash,
      expires_at_ms: expiresAtMs,
    };
    const changes = new Map([[family, this.#records.write(family, record)]]);
    await this.#tableOf(family).change(() => ({ changes, result: undefined }));
    return { refreshToken, family, expiresAtMs };
  }

  /**
   * Uses a token up and gives the next one. `scopes` narrows what is granted this time; none of them that the session
   * and its owner have not got is granted. Rejects with AUTH_ERROR whatever is wrong with the token, and with
   * SERVICE_UNAVAILABLE while the store is away: the token may be used up then or not.
   */
  async refresh(
    token: string,
    by: { readonly clientId?: string | undefined; readonly scopes?: readonly string[] | undefined } = {},
  ): Promise<RefreshedSession> {
    const parsed = parseSessionToken(token);
    if (parsed === undefined) throw wrongCredentials("invalid_grant");
    const { family, handle, secretHash } = parsed;
    await this.#arrival(family);
    const next = newToken(handle);
    const outcome = await this.#tableOf(family).change<Outcome>((entries) => {
      const session = this.#records.read(family, entries.get(family));
      if (session === undefined || session.expires_at_ms <= this.#options.clock.now()) return unchanged("unknown");
      if (session.client_id !== by.clientId) return unchanged("unknown");
      const owner = toOwner(session);
      if (!isSameHash(session.secret_hash, secretHash)) return ended(family, "reused");
      const has = this.#options.scopesOf(owner);
      if (has === undefined) return ended(family, "disabled");
      const record: SessionRecord = { ...session, secret_hash: next.secretHash };
      const isGranted = (scope: string): boolean => has.includes(scope) && (by.scopes?.includes(scope) ?? true);
      const { refreshToken } = next;
      return {
        changes: new Map([[family, this.#records.write(family, record)]]),
        result: {
          ...owner,
          scopes: session.scopes.filter(isGranted),
          refreshToken,
          family,
          expiresAtMs: session.expires_at_ms,
        },
      };
    });
    if (outcome === "unknown") this.#mustKnow();
    if (outcome === "reused") await this.#tellRevoked(family, "a refresh token was used twice");
    if (outcome === "disabled") await this.#tellRevoked(family, "its owner is disabled");
    if (typeof outcome === "string") throw wrongCredentials("invalid_grant");
    return outcome;
  }

  /**
   * Ends the token's family, whether the token was used or not (RFC 7009). False: no such session. Rejects with
   * SERVICE_UNAVAILABLE while the store is away.
   */
  async revoke(token: string): Promise<boolean> {
    const family = parseSessionToken(token)?.family;
    if (family === undefined) return false;
    await this.#arrival(family);
    const wasThere = await this.#tableOf(family).change((entries) => {
      const isThere = entries.has(family);
      const changes: Changes = new Map(isThere ? [[family, undefined]] : []);
      return { changes, result: isThere };
    });
    if (wasThere) await this.#tellRevoked(family, "a client asked for it");
    else this.#mustKnow();
    return wasThere;
  }

  async #tellRevoked(family: string, reason: string): Promise<void> {
    this.#options.log.info({ family, reason }, "session revoked");
    await this.#options.onRevoked(family);
  }

  /** A session that another gateway has just begun may not be here yet. */
  async #arrival(family: string): Promise<void> {
    const { store } = this.#options;
    const { entries } = this.#tableOf(family);
    for (let waitedMs = 0; waitedMs < arrivalMs; waitedMs += lookAgainMs) {
      if (entries.has(family) || store.kind === "embedded" || !store.available) return;
      await sleep(lookAgainMs);
    }
  }

  /** Without the store a gateway cannot say that there is no such session: another may know it. */
  #mustKnow(): void {
    if (!this.#options.store.available) throw notNow("The shared store is away: this session may be elsewhere.");
  }

  #tableOf(family: string): SerialTable {
    const table = this.#tables[Number.parseInt(family.slice(0, 1), shards)];
    if (table === undefined) throw new RangeError("family: wanted a hexadecimal text, got another");
    return table;
  }
}

function newToken(handle: string) {
  const refreshToken = createSessionToken(handle);
  const parsed = parseSessionToken(refreshToken);
  if (parsed === undefined) throw new TypeError("handle: wanted one of createHandle, got another");
  return { refreshToken, ...parsed };
}

function unchanged(result: Outcome): Decision<Outcome> {
  return { changes: new Map(), result };
}

function ended(family: string, result: Outcome): Decision<Outcome> {
  return { changes: new Map([[family, undefined]]), result };
}

function toOwner({ kind, subject, client_id: clientId, scopes }: SessionRecord): SessionOwner {
  return { kind, subject, clientId, scopes };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
