import type { GatewayLink } from "./gateway-link.ts";
import type { Access, ClientCredentials } from "./options.ts";
import { RegistryError } from "./registry-error.ts";

/** What a registration shows to be let in. */
export interface Credentials {
  authorization(): Promise<string>;
  /** After it was refused: the next one is another. False: there is no other. */
  renew(): boolean;
}

export function createCredentials({ key, credentials }: Access, link: GatewayLink): Credentials {
  return credentials === undefined
    ? { authorization: async () => `Bearer ${key}`, renew: () => false }
    : new AccessToken(credentials, link);
}

/** A token for a client's secret (RFC 6749 section 4.4), got anew while a fifth of its time is left. */
class AccessToken implements Credentials {
  readonly #client: ClientCredentials;
  readonly #link: GatewayLink;
  #token = "";
  #freshUntilMs = 0;

  constructor(client: ClientCredentials, link: GatewayLink) {
    this.#client = client;
    this.#link = link;
  }

  async authorization(): Promise<string> {
    if (performance.now() >= this.#freshUntilMs) await this.#get();
    return `Bearer ${this.#token}`;
  }

  renew(): boolean {
    this.#freshUntilMs = 0;
    return true;
  }

  async #get(): Promise<void> {
    const askedMs = performance.now();
    const answer = await this.#link.ask({
      method: "POST",
      path: "/auth/token",
      authorization: basic(this.#client),
      body: new URLSearchParams({ grant_type: "client_credentials" }),
    });
    const { access_token: token, expires_in: seconds = 0 } = Object(answer) as Readonly<Record<string, unknown>>;
    if (typeof token !== "string" || typeof seconds !== "number") {
      throw new RegistryError("UNEXPECTED_ANSWER", { message: "asked for a token, the gateway sent none" });
    }
    this.#token = token;
    this.#freshUntilMs = askedMs + seconds * 800;
  }
}

/** RFC 6749 section 2.3.1: both are form-encoded before they are joined. */
function basic({ clientId, clientSecret }: ClientCredentials): string {
  const encode = (text: string): string => new URLSearchParams({ a: text }).toString().slice(2);
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`;
}
