import { join } from "node:path";
import type { Subprocess } from "bun";
import { createClient, type Client, type ClientOptions, type Credentials } from "@isaas/gateway-sdk/client";
import { newUsersFile } from "../plugins/auth/accounts/users-file.ts";
import { writeSettings } from "../support/config-file.ts";
import { type GatewayProcess, startGateway } from "../support/gateway.ts";
import { password, usersContent } from "../support/users-file.ts";
import type { Library } from "./library.ts";

export interface Services {
  readonly library: Library;
  readonly open: Library;
}

/** The executable with users, and the library twice: for callers with a token, and open. */
export interface ClientScene {
  readonly gateway: GatewayProcess;
  client(credentials?: Credentials, options?: ClientOptions): Client<Services>;
  close(): Promise<void>;
}

export const ada = { username: "ada", password };

export async function openClientScene(
  environment: Readonly<Record<string, string>> = {},
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ClientScene> {
  const service = await startLibrary();
  const users = newUsersFile(await usersContent(), "users.json");
  const library = { service: "library_service" };
  const gateway = await startGateway({
    CONFIG: writeSettings({
      routes: [
        { ...library, path_prefix: "/api/v1/library" },
        // What fails is the client's business here.
        { ...library, path_prefix: "/api/v1/open", auth_required: false, retries: 0, circuit_breaker: false },
      ],
      ...settings,
    }),
    LIBRARY_SERVICE_URL: `http://127.0.0.1:${service.port}`,
    USERS_FILE: users.path,
    ...environment,
  });
  const clients: Client<Services>[] = [];
  return {
    gateway,
    client(credentials, options) {
      const client = createClient<Services>(gateway.url, credentials, options);
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.allSettled(clients.map((client) => client.$close()));
      await gateway.stop();
      await service.kill();
      users.remove();
    },
  };
}

export interface LibraryProcess {
  readonly port: number;
  readonly process: Subprocess;
  /** With SIGKILL. */
  kill(): Promise<void>;
}

export async function startLibrary(port = 0): Promise<LibraryProcess> {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "library.ts"), String(port)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  return {
    port: Number(new TextDecoder().decode(value)),
    process: child,
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
