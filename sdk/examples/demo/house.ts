import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DemoUser, writeUsersFile } from "./user.ts";
import { Child, type Launch } from "./child.ts";

const startTimeoutMs = 20_000;
const host = "127.0.0.1";
export const repository = join(import.meta.dirname, "../../..");

const services = ["context", "intent", "prediction", "realtime"] as const;

/** Everything the demo runs. The gateway is there first and drains first: then the services have nobody left to serve. */
export class House {
  readonly services: { readonly child: Child; readonly url: string }[] = [];
  /** By it the services may register. */
  readonly registrationKey = crypto.randomUUID();
  readonly #children: Child[] = [];
  readonly #emptyDirectory = mkdtempSync(join(tmpdir(), "gateway-demo-"));
  #closed = false;

  /** Runs a tool of the repository to its end. */
  async run(name: string, ...args: string[]): Promise<void> {
    const tool = this.#start({ name, command: [process.execPath, ...args], cwd: repository, env: process.env });
    const code = await tool.exited;
    this.#children.splice(this.#children.indexOf(tool), 1);
    if (code !== 0 && !this.#closed) throw new Error(`${name} ended with ${code}\n${tool.tail}`);
  }

  /** The typed client, a program of its own: when the demo starts, what it imports may not be installed yet. */
  async showClient(gateway: string, { username, password }: DemoUser): Promise<void> {
    const client = this.#start({
      name: "client",
      command: [process.execPath, "sdk/examples/client.ts"],
      cwd: repository,
      // A proxy that the environment names must not carry calls to this machine.
      env: { ...process.env, NO_PROXY: host, GATEWAY: gateway, USERNAME: username, PASSWORD: password },
    });
    client.follow((line) => console.log(line));
    if ((await client.exited) !== 0 && !this.#closed) throw new Error("the client's calls did not go as they should");
    this.#children.splice(this.#children.indexOf(client), 1);
  }

  /** They register themselves: the gateway is told nothing of them. */
  async startServices(gateway: string): Promise<void> {
    const started = services.map(async (name) => {
      const child = this.#start({
        name,
        command: [process.execPath, `sdk/examples/${name}.ts`],
        cwd: repository,
        env: { ...process.env, HOST: host, PORT: "0", GATEWAY: gateway, REGISTRATION_KEY: this.registrationKey },
      });
      const { url } = await child.firstLine(({ service }) => service === name, startTimeoutMs);
      return { child, url: String(url) };
    });
    this.services.push(...(await Promise.all(started)));
  }

  /** The executable as anybody would run it: settings by environment alone, and a file of users. */
  async startGateway(port: number, user: DemoUser): Promise<{ child: Child; url: string }> {
    const usersFile = join(this.#emptyDirectory, "users.json");
    await writeUsersFile(usersFile, user);
    const child = this.#start({
      name: "gateway",
      command: [join(repository, "dist/gateway")],
      cwd: this.#emptyDirectory,
      env: {
        HOST: host,
        PORT: String(port),
        DEBUG: "true",
        SECRET_KEY: crypto.randomUUID(),
        USERS_FILE: usersFile,
        LOG_FORMAT: "json",
        DRAIN_SECONDS: "5",
        REGISTRATION_KEY: this.registrationKey,
      },
    });
    const listening = await child.firstLine(({ msg }) => msg === "listening", startTimeoutMs);
    return { child, url: `http://${host}:${listening["port"]}` };
  }

  async close(): Promise<void> {
    this.#closed = true;
    const [gateway, ...others] = this.#children.splice(0);
    await gateway?.stop();
    await Promise.all(others.map((child) => child.stop()));
    rmSync(this.#emptyDirectory, { recursive: true, force: true });
  }

  #start(launch: Launch): Child {
    if (this.#closed) throw new Error("the demo is closing");
    const child = new Child(launch);
    this.#children.push(child);
    return child;
  }
}
