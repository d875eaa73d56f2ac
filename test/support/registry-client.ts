import type {
  CheckResult,
  HeartbeatAnswer,
  InstanceStatus,
  InstanceView,
  RegistrationAnswer,
  ServiceView,
} from "@isaas/gateway-sdk/registration";
import { waitFor } from "./wait-for.ts";

export const registrationKey = "an-operator-key-of-32-bytes-or-so";

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details: {
    readonly problems?: readonly { readonly path: string; readonly message: string }[];
    readonly owner?: string;
    readonly reason?: string;
    readonly service?: string;
    readonly last_check?: string | null;
    readonly limit_bytes?: number;
  };
}

export interface Answer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; an error's is in `error`. */
  readonly body: T;
  readonly error: ErrorBody | undefined;
}

/** What a service sends of itself. */
export type Sent = Readonly<Record<string, unknown>>;

/** The registry of a gateway, over HTTP, by default with the operator's key; `null` sends no credentials. */
export interface RegistryClient {
  register(body: unknown, token?: string | null): Promise<Answer<RegistrationAnswer>>;
  /** Registers and waits for the first good check. */
  bring(body: Sent): Promise<RegistrationAnswer>;
  heartbeat(service: string, id: string, token?: string | null): Promise<Answer<HeartbeatAnswer>>;
  patch(service: string, id: string, body: unknown, token?: string | null): Promise<Answer<InstanceView>>;
  remove(service: string, id: string, token?: string | null): Promise<Answer<unknown>>;
  list(token?: string | null): Promise<Answer<{ services: readonly ServiceView[] }>>;
  service(name: string, token?: string | null): Promise<Answer<ServiceView>>;
  /** The only instance, or the one with this id; undefined when there is none. */
  instance(service: string, id?: string): Promise<InstanceView | undefined>;
  waitForStatus(service: string, status: InstanceStatus | undefined, id?: string): Promise<readonly CheckResult[]>;
}

export function createRegistryClient({ url }: { readonly url: string }, prefix = "/api/v1"): RegistryClient {
  const services = `${url}${prefix}/services`;
  const call = async <T>(method: string, path: string, token: string | null, body?: unknown): Promise<Answer<T>> => {
    const answer = await fetch(services + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return toAnswer(answer);
  };
  const client: RegistryClient = {
    register: (body, token = registrationKey) => call("POST", "", token, body),
    async bring(body) {
      const answer = await client.register(body);
      if (answer.error !== undefined) throw new Error(`not registered: ${answer.text}`);
      await client.waitForStatus(answer.body.service_name, "healthy", answer.body.instance_id);
      return answer.body;
    },
    heartbeat: (service, id, token = registrationKey) => call("PUT", `/${service}/instances/${id}/heartbeat`, token),
    patch: (service, id, body, token = registrationKey) => call("PATCH", `/${service}/instances/${id}`, token, body),
    remove: (service, id, token = registrationKey) => call("DELETE", `/${service}/instances/${id}`, token),
    list: (token = registrationKey) => call("GET", "", token),
    service: (name, token = registrationKey) => call("GET", `/${name}`, token),
    async instance(service, id) {
      const { status, body } = await client.service(service);
      if (status === 404) return undefined;
      return body.instances.find((one) => id === undefined || one.instance_id === id);
    },
    async waitForStatus(service, status, id) {
      let last: InstanceView | undefined;
      await waitFor(`${service} to be ${status ?? "gone"}`, async () => {
        last = await client.instance(service, id);
        return last?.status === status;
      });
      return last?.checks ?? [];
    },
  };
  return client;
}

export async function toAnswer<T>(answer: Response): Promise<Answer<T>> {
  const text = await answer.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const error = (body as { error?: ErrorBody } | undefined)?.error;
  return { status: answer.status, headers: answer.headers, text, body: body as T, error };
}
