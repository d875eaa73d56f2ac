import { join } from "node:path";
import type { Subprocess } from "bun";
import type { HealthAnswer, Seen } from "./instance-program.ts";

/** An instance of a service in a process of its own, which can be told how to be and be killed, paused and restarted. */
export interface InstanceProcess {
  /** What it says of itself in its answers. */
  readonly name: string;
  readonly host: string;
  /** Stays the same over restarts. */
  readonly port: number;
  /** How it answers checks from now on; at first 200, at once. */
  answerChecks(answer: Partial<HealthAnswer>): Promise<void>;
  /** Lets every request to `/hold` finish. */
  release(): Promise<void>;
  seen(): Promise<Seen>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections are taken and nothing is answered. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** A new process on the same port, after a kill. */
  restart(): Promise<void>;
}

const program = join(import.meta.dirname, "instance-program.ts");

export async function startInstance(name = "one", host = "127.0.0.1", wantedPort = 0): Promise<InstanceProcess> {
  let { child, port } = await run(name, host, wantedPort);
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  const steer = async (path: string, body?: object): Promise<Response> => {
    const answer = await fetch(`${url}/steer/${path}`, {
      method: "POST",
      keepalive: false,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`steering ${name}: ${answer.status}`);
    return answer;
  };
  return {
    name,
    host,
    port,
    async answerChecks(answer) {
      await steer("health", { status: 200, delayMs: 0, ...answer });
    },
    async release() {
      await steer("release");
    },
    async seen() {
      return (await (await steer("seen")).json()) as Seen;
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
    pause() {
      child.kill("SIGSTOP");
    },
    resume() {
      child.kill("SIGCONT");
    },
    async restart() {
      ({ child, port } = await run(name, host, port));
    },
  };
}

async function run(name: string, host: string, wantedPort: number): Promise<{ child: Subprocess; port: number }> {
  const child = Bun.spawn([process.execPath, program, name, host, String(wantedPort)], {
    stdout: "pipe",
    stdin: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const port = Number(new TextDecoder().decode(value));
  if (!(port > 0)) throw new Error(`the instance ${name} did not start`);
  return { child, port };
}
