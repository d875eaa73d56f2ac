import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { waitFor } from "./wait-for.ts";

/** A real Redis server on a free loopback port, without persistence. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Runs one command; its answer as ioredis gives it. */
  command(name: string, ...args: readonly string[]): Promise<unknown>;
  /** SIGSTOP: connections stay, nothing answers. */
  pause(): void;
  resume(): void;
  /** SIGKILL: connections end, the data is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface RedisServerOptions {
  /** A cluster of this one node, which owns every slot. */
  readonly cluster?: boolean;
  /** Starts it as a Sentinel with these lines in its configuration. */
  readonly sentinel?: readonly string[];
  readonly args?: readonly string[];
  readonly password?: string;
}

export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), "redis-"));
  // Its own cluster bus would listen 10,000 above.
  const [port, busPort] = [await freePort(), await freePort()];
  const cluster = ["--cluster-enabled", "yes", "--cluster-port", String(busPort), "--cluster-announce-ip", "127.0.0.1"];
  const file = join(directory, "sentinel.conf");
  if (options.sentinel !== undefined) writeFileSync(file, options.sentinel.join("\n"));
  const args = [
    ...(options.sentinel === undefined ? [] : [file, "--sentinel"]),
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    directory,
    ...(options.sentinel === undefined ? ["--save", "", "--appendonly", "no"] : []),
    ...(options.cluster === true ? cluster : []),
    ...(options.password === undefined ? [] : ["--requirepass", options.password]),
    ...(options.args ?? []),
  ];
  const spawn = () => Bun.spawn(["redis-server", ...args], { stdout: "ignore", stderr: "inherit", stdin: "ignore" });
  let child = spawn();

  const command = async (name: string, ...rest: readonly string[]): Promise<unknown> => {
    const client = new Redis({
      port,
      host: "127.0.0.1",
      lazyConnect: true,
      retryStrategy: null,
      ...(options.password === undefined ? {} : { password: options.password }),
    });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.call(name, ...rest);
    } finally {
      client.disconnect();
    }
  };
  const untilReady = async (): Promise<void> => {
    const answers = (): Promise<boolean> =>
      command("PING").then(
        () => true,
        () => false,
      );
    await waitFor("Redis to answer", answers);
    if (options.cluster !== true) return;
    await command("CLUSTER", "ADDSLOTSRANGE", "0", "16383").catch(() => {});
    const isOk = async (): Promise<boolean> => String(await command("CLUSTER", "INFO")).includes("cluster_state:ok");
    await waitFor("the cluster to be whole", isOk);
  };
  await untilReady();

  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await child.exited;
  };
  return {
    url: `redis${options.cluster === true ? "+cluster" : ""}://127.0.0.1:${port}`,
    port,
    command,
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    kill,
    async restart() {
      await kill();
      child = spawn();
      await untilReady();
    },
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
