import { type FileOnDisk, newUsersFile } from "../plugins/auth/accounts/users-file.ts";
import { writeSettings } from "./config-file.ts";
import { type GatewayProcess, startGateway } from "./gateway.ts";
import { type RawAnswer, rawCall } from "./raw-client.ts";
import { ok, type RawUpstream, startRawUpstream } from "./raw-upstream.ts";
import { password, type UsersContent, usersContent } from "./users-file.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of an error's envelope. */
  readonly code: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly scope: string;
}

type Sent = Readonly<Record<string, string>>;

/** A gateway with users, and a service that shows what it gets, behind routes of all kinds. */
export interface AuthScene {
  readonly gateway: GatewayProcess;
  readonly service: RawUpstream;
  readonly users: FileOnDisk;
  readonly content: UsersContent;
  /** A form to the token endpoint, each time from another address unless one is given. */
  ask(parameters: Sent, headers?: Sent): Promise<Answer>;
  post(path: string, body: string, headers?: Sent): Promise<Answer>;
  logIn(username?: string, scope?: string): Promise<Tokens>;
  /** A request to a path below the API prefix, with this token. */
  call(path: string, token?: string, options?: { readonly method?: string; readonly headers?: Sent }): Promise<Answer>;
  /** The same of exactly these header lines. */
  raw(path: string, lines: readonly string[], method?: string): Promise<RawAnswer>;
  /** Whether the service has got a request since this was last asked. */
  reached(): boolean;
  close(): Promise<void>;
}

const service = "echo_service";
const routes = [
  { service, path_prefix: "/api/v1/guarded" },
  { service, path_prefix: "/api/v1/open", auth_required: false },
  { service, path_prefix: "/api/v1/reports", scopes: ["read", "reports"] },
  { service, path_prefix: "/api/v1/admins", scopes: ["admin"] },
  { service, path_prefix: "/api/v1/trusted", auth: { forward_token: true } },
  { service, path_prefix: "/api/v1/trusted-open", auth_required: false, auth: { forward_token: true } },
  { service, path_prefix: "/api/v1/asserted", auth: { assertion: true } },
];

export async function openAuthScene(environment: Record<string, string> = {}): Promise<AuthScene> {
  const upstream = await startRawUpstream((_, socket) => socket.write(ok()));
  const content = await usersContent();
  const users = newUsersFile(content, "users.json");
  const gateway = await startGateway({
    CONFIG: writeSettings({ routes }),
    ECHO_SERVICE_URL: upstream.url,
    USERS_FILE: users.path,
    // So that a test can come from any address.
    TRUSTED_PROXIES: "127.0.0.1/32",
    ...environment,
  }).catch((error: unknown) => {
    upstream.close();
    throw error;
  });
  const api = `${gateway.url}/api/v1`;
  let seen = 0;
  let addresses = 0;
  const scene: AuthScene = {
    gateway,
    service: upstream,
    users,
    content,
    ask: (parameters, headers = {}) =>
      scene.post("/auth/token", new URLSearchParams(parameters).toString(), {
        "content-type": "application/x-www-form-urlencoded",
        ...headers,
      }),
    async post(path, body, headers = {}) {
      addresses += 1;
      const from = { "x-forwarded-for": `10.1.${addresses >> 8}.${addresses & 255}` };
      return toAnswer(await fetch(api + path, { method: "POST", body, headers: { ...from, ...headers } }));
    },
    async logIn(username = "ada", scope) {
      const answer = await scene.ask({ username, password, ...(scope === undefined ? {} : { scope }) });
      if (answer.status !== 200) throw new Error(`no login: ${answer.text}`);
      const { access_token: access, refresh_token: refresh, scope: granted } = answer.body;
      return { access: String(access), refresh: String(refresh), scope: String(granted) };
    },
    async call(path, token, { method = "GET", headers = {} } = {}) {
      const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
      return toAnswer(await fetch(api + path, { method, headers: { ...bearer, ...headers } }));
    },
    raw: (path, lines, method = "GET") =>
      rawCall(gateway.port, [`${method} /api/v1${path} HTTP/1.1`, "Host: a", ...lines, "", ""].join("\r\n")),
    reached() {
      const before = seen;
      seen = upstream.requests.length;
      return seen > before;
    },
    async close() {
      await gateway.stop();
      upstream.close();
      users.remove();
    },
  };
  return scene;
}

export async function toAnswer(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const isJson = answer.headers.get("content-type")?.includes("json") === true && text !== "";
  const body = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
  const error = body["error"] as { code: string; details: Record<string, unknown> } | undefined;
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body,
    code: error?.code,
    details: error?.details ?? {},
  };
}
