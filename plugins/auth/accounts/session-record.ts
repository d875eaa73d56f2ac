import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";
import { type Static, Type } from "typebox";
import { Compile } from "typebox/compile";

const schema = Type.Object(
  {
    kind: Type.Union([Type.Literal("user"), Type.Literal("client")]),
    subject: Type.String({ maxLength: 128 }),
    /** The client that logged the user in; only it may use the session. */
    client_id: Type.Optional(Type.String({ maxLength: 128 })),
    scopes: Type.Array(Type.String({ maxLength: 64 }), { maxItems: 100 }),
    /** SHA-256 of the one secret that has not been used. */
    secret_hash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    /** Milliseconds since 1970. */
    expires_at_ms: Type.Number(),
  },
  { additionalProperties: false },
);
const compiled = Compile(schema);

/** What is known of a session. */
export type SessionRecord = Readonly<Static<typeof schema>>;

/** What everybody who has the store may know, so that sessions can be cleared away unread. */
export interface SessionLabel {
  readonly expiresAtMs: number;
  /** A code: the same for all sessions of one owner. */
  readonly owner: string;
}

const cipher = "aes-256-gcm";
const ivBytes = 12;
const tagBytes = 16;

/**
 * Turns sessions into what the store keeps: `<end> <owner> <sealed>`. Who can read the store learns no names from it, and
 * who can write there can make no session of his own, and none out of another's.
 */
export class SessionRecords {
  readonly #sealKey: Uint8Array;
  readonly #ownerKey: Uint8Array;

  /** `secret`: SECRET_KEY. With another one, sessions are as if they were not there. */
  constructor(secret: string) {
    const derive = (what: string) => new Uint8Array(hkdfSync("sha256", secret, "", `isaas-gateway ${what}`, 32));
    this.#sealKey = derive("sessions");
    this.#ownerKey = derive("session owners");
  }

  write(family: string, record: SessionRecord): string {
    const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
    const sealing = createCipheriv(cipher, this.#sealKey, iv).setAAD(Buffer.from(family));
    const sealed = Buffer.concat([iv, sealing.update(JSON.stringify(record)), sealing.final(), sealing.getAuthTag()]);
    return `${record.expires_at_ms} ${this.#codeOf(record)} ${sealed.toString("base64url")}`;
  }

  /** Undefined for what was not written as this family's with the same secret. */
  read(family: string, text: string | undefined): SessionRecord | undefined {
    const [, , sealed = ""] = text?.split(" ") ?? [];
    const bytes = Buffer.from(sealed, "base64url");
    try {
      const opening = createDecipheriv(cipher, this.#sealKey, bytes.subarray(0, ivBytes))
        .setAAD(Buffer.from(family))
        .setAuthTag(bytes.subarray(-tagBytes));
      const opened = Buffer.concat([opening.update(bytes.subarray(ivBytes, -tagBytes)), opening.final()]);
      const value: unknown = JSON.parse(opened.toString());
      return compiled.Check(value) ? value : undefined;
    } catch {
      return undefined;
    }
  }

  #codeOf({ kind, subject }: SessionRecord): string {
    return createHmac("sha256", this.#ownerKey).update(`${kind} ${subject}`).digest("base64url");
  }
}

/** Undefined for what no gateway has written. */
export function parseSessionLabel(text: string): SessionLabel | undefined {
  const [, end, owner] = /^(\d{1,16}) ([\w-]{43}) [\w-]+$/.exec(text) ?? [];
  return end === undefined || owner === undefined ? undefined : { expiresAtMs: Number(end), owner };
}
