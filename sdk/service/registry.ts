import type { HeartbeatAnswer, RegistrationAnswer } from "../registration.ts";
import type { Credentials } from "./credentials.ts";
import type { GatewayLink } from "./gateway-link.ts";
import type { RegistrationBody } from "./registration-of.ts";
import { RegistryError } from "./registry-error.ts";

/** The registry of the gateways, as an instance uses it. Every call rejects with a RegistryError. */
export class Registry {
  readonly #link: GatewayLink;
  readonly #credentials: Credentials;

  constructor(link: GatewayLink, credentials: Credentials) {
    this.#link = link;
    this.#credentials = credentials;
  }

  async register(body: RegistrationBody): Promise<RegistrationAnswer> {
    const authorization = await this.#credentials.authorization();
    try {
      return await this.#register(body, authorization);
    } catch (error) {
      // A token that was good enough a moment ago may have been revoked, or signed by a key that is gone.
      if (!(error instanceof RegistryError && error.status === 401 && this.#credentials.renew())) throw error;
      return await this.#register(body, await this.#credentials.authorization());
    }
  }

  async renew(lease: RegistrationAnswer): Promise<HeartbeatAnswer> {
    return (await this.#ask(lease, "PUT", "/heartbeat")) as HeartbeatAnswer;
  }

  async drain(lease: RegistrationAnswer): Promise<void> {
    await this.#ask(lease, "PATCH", "", { status: "draining" });
  }

  async remove(lease: RegistrationAnswer): Promise<void> {
    await this.#ask(lease, "DELETE", "");
  }

  async #register(body: RegistrationBody, authorization: string): Promise<RegistrationAnswer> {
    const answer = await this.#link.ask({ method: "POST", path: "/services", authorization, body });
    if (!isRegistrationAnswer(answer)) {
      throw new RegistryError("UNEXPECTED_ANSWER", { message: "registered, but not as a gateway does" });
    }
    return answer;
  }

  #ask(lease: RegistrationAnswer, method: "PUT" | "PATCH" | "DELETE", tail: string, body?: object): Promise<unknown> {
    return this.#link.ask({
      method,
      path: `/services/${lease.service_name}/instances/${lease.instance_id}${tail}`,
      authorization: `Bearer ${lease.lease_token}`,
      ...(body && { body }),
    });
  }
}

function isRegistrationAnswer(answer: unknown): answer is RegistrationAnswer {
  const { instance_id, lease_token, heartbeat_seconds } = Object(answer) as Readonly<Record<string, unknown>>;
  return (
    typeof instance_id === "string" &&
    typeof lease_token === "string" &&
    typeof heartbeat_seconds === "number" &&
    heartbeat_seconds > 0
  );
}
