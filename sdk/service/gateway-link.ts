import { readAtMost } from "../read-at-most.ts";
import { retryAfterMs } from "../retry-after.ts";
import { RegistryError, toRegistryError } from "./registry-error.ts";

const answerTimeoutMs = 5000;
const mostAnswerBytes = 4 * 1024 * 1024;

export interface Ask {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below the API prefix. */
  readonly path: string;
  readonly authorization: string;
  /** A form when it is one, else JSON. */
  readonly body?: URLSearchParams | object;
}

export interface GatewayLinkOptions {
  readonly gateways: readonly string[];
  readonly apiPrefix: string;
  readonly fetch: typeof fetch;
}

/** The way to the gateways: of several, the one that answered last is asked first. */
export class GatewayLink {
  readonly #options: GatewayLinkOptions;
  readonly #gateways: string[];

  constructor(options: GatewayLinkOptions) {
    this.#options = options;
    this.#gateways = options.gateways.map((gateway) => gateway.replace(/\/+$/, ""));
  }

  /** The gateway's answer. Rejects with a RegistryError. */
  async ask(ask: Ask): Promise<unknown> {
    let away: unknown;
    for (const gateway of this.#gateways.slice()) {
      try {
        return await this.#askOne(gateway, ask);
      } catch (error) {
        if (error instanceof RegistryError && error.code !== "UNREACHABLE") throw error;
        away = error;
        this.#gateways.push(...this.#gateways.splice(this.#gateways.indexOf(gateway), 1));
      }
    }
    throw away;
  }

  async #askOne(gateway: string, { method, path, authorization, body }: Ask): Promise<unknown> {
    const { status, ok, text, waitMs } = await this.#send(gateway + this.#options.apiPrefix + path, {
      method,
      headers: { authorization, accept: "application/json", ...(body && { "content-type": typeOf(body) }) },
      ...(body && { body: body instanceof URLSearchParams ? body.toString() : JSON.stringify(body) }),
    });
    const answer = parse(text);
    if (!ok) throw toRegistryError(status, answer, waitMs);
    return answer;
  }

  async #send(url: string, init: RequestInit) {
    // Redirects are not followed: they would carry the body elsewhere. A proxy of the environment would see secrets;
    // only Bun's fetch asks it unless told not to.
    const options = { ...init, redirect: "manual", proxy: false, signal: AbortSignal.timeout(answerTimeoutMs) };
    try {
      const { fetch } = this.#options;
      const response = await fetch(url, options as RequestInit);
      const text = await readAtMost(response, mostAnswerBytes);
      return { status: response.status, ok: response.ok, text, waitMs: retryAfterMs(response, Date.now()) };
    } catch (cause) {
      const why = options.signal.aborted ? `no answer in ${answerTimeoutMs / 1000} s` : "no answer";
      throw new RegistryError("UNREACHABLE", { message: `${new URL(url).origin}: ${why}`, cause });
    }
  }
}

function typeOf(body: object): string {
  return body instanceof URLSearchParams ? "application/x-www-form-urlencoded" : "application/json";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
