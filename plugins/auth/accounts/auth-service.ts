import { readAtMost } from "@isaas/gateway-sdk/read-at-most";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { Bulkhead } from "./bulkhead.ts";
import { notNow } from "./refusals.ts";

const mostAnswerBytes = 64 * 1024;
const mostAtOnce = 64;

/** A POST of the gateway itself: follows no redirect, uses no proxy and decodes nothing. */
export type Post = (
  url: string,
  options: {
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

/** What the Auth Service knows of a user. */
export interface ServiceUser {
  readonly username: string;
  readonly scopes: readonly string[];
  readonly email?: string;
  readonly full_name?: string;
}

/** Whom the credentials belong to, or the tokens that the Auth Service itself has issued. */
export type ServiceLogin =
  | { readonly kind: "user"; readonly user: ServiceUser }
  | { readonly kind: "tokens"; readonly answer: Readonly<Record<string, unknown>> };

// An unknown key is no known shape: a misspelt `disabled` must not let anybody in.
const userSchema = Compile(
  Type.Object(
    {
      username: Type.String({ pattern: "^[!-~](?:[ -~]{0,126}[!-~])?$" }),
      scopes: Type.Array(Type.String({ pattern: "^[!#-\\[\\]-~]{1,64}$" }), { maxItems: 100, uniqueItems: true }),
      email: Type.Optional(Type.String({ maxLength: 256 })),
      full_name: Type.Optional(Type.String({ maxLength: 256 })),
      disabled: Type.Optional(Type.Boolean()),
    },
    { additionalProperties: false },
  ),
);
const tokensSchema = Compile(Type.Object({ access_token: Type.String({ minLength: 1, maxLength: 16 * 1024 }) }));

export interface AuthServiceOptions {
  /** AUTH_SERVICE_URL. */
  readonly url: string;
  readonly post: Post;
  /** Rejects a token that no trusted issuer has signed. */
  readonly verify: (accessToken: string) => Promise<unknown>;
  /** From the request to the last byte of the answer. Default: 5 s. */
  readonly timeoutMs?: number;
}

/** Has credentials checked by the Auth Service, at most 64 at once. */
export class AuthServiceClient {
  readonly #options: AuthServiceOptions;
  readonly #bulkhead = new Bulkhead({ concurrent: mostAtOnce, queued: 0, full: () => away("is asked too much") });

  constructor(options: AuthServiceOptions) {
    this.#options = options;
  }

  /**
   * Undefined when the service says that the credentials are wrong, or that the user is disabled. Rejects with
   * SERVICE_UNAVAILABLE whenever it does not say so in so many words: its failure is nobody's wrong password.
   */
  login(username: string, password: string): Promise<ServiceLogin | undefined> {
    return this.#bulkhead.run(async () => {
      const { status, text } = await this.#ask(JSON.stringify({ username, password }));
      if (status === 401) return undefined;
      if (status !== 200) throw away(`answered ${status}`);
      return this.#understand(parseJson(text));
    });
  }

  async #ask(body: string): Promise<{ readonly status: number; readonly text: string }> {
    const { url, post, timeoutMs = 5000 } = this.#options;
    const headers = { "content-type": "application/json", accept: "application/json", "accept-encoding": "identity" };
    try {
      const answer = await post(url, { body, headers, signal: AbortSignal.timeout(timeoutMs) });
      if (answer.status === 200) return { status: 200, text: await readAtMost(answer, mostAnswerBytes) };
      // Nobody waits for the end of a body that nobody reads.
      answer.body?.cancel().catch(() => {});
      return { status: answer.status, text: "" };
    } catch (cause) {
      throw away("gave no answer, or none of at most 64 KiB in UTF-8", cause);
    }
  }

  async #understand(answer: unknown): Promise<ServiceLogin | undefined> {
    if (tokensSchema.Check(answer)) {
      await this.#options.verify(answer.access_token).catch((cause: unknown) => {
        throw away("issued a token that is not trusted", cause);
      });
      return { kind: "tokens", answer: { ...answer } };
    }
    if (!userSchema.Check(answer)) throw away("answered in no known shape");
    const { disabled = false, ...user } = answer;
    return disabled ? undefined : { kind: "user", user };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error would quote the answer.
    throw away("answered no JSON");
  }
}

/** The caller learns that it failed, the log learns how. */
function away(how: string, cause?: unknown) {
  return notNow("Logging in is not possible right now.", {
    service: "auth_service",
    cause: new Error(`the Auth Service ${how}`, { cause }),
  });
}
