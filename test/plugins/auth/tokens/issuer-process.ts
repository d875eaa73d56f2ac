import { join } from "node:path";

/** Another issuer in a process of its own; see issuer-program.ts. */
export interface IssuerProcess {
  readonly url: string;
  /** How it answers from now on. */
  mode(mode: string): Promise<void>;
  add(kid: string, alg: string): Promise<void>;
  remove(kid: string): Promise<void>;
  /** How often its keys were asked for. */
  asked(): Promise<number>;
  sign(kid: string, claims: object, header?: object): Promise<string>;
  kill(): Promise<void>;
}

/** `port` 0: any free one. */
export async function startIssuer(port = 0): Promise<IssuerProcess> {
  const child = Bun.spawn([process.execPath, join(import.meta.dirname, "issuer-program.ts"), String(port)], {
    stdout: "pipe",
    stdin: "pipe",
    stderr: "inherit",
  });
  const { value } = await child.stdout.getReader().read();
  const url = new TextDecoder().decode(value).trim();
  const tell = async (what: string, parameters: Record<string, string> = {}): Promise<{ asked: number }> => {
    const response = await fetch(`${url}/tell/${what}?${new URLSearchParams(parameters)}`);
    return (await response.json()) as { asked: number };
  };
  return {
    url,
    mode: async (mode) => void (await tell("mode", { mode })),
    add: async (kid, alg) => void (await tell("add", { kid, alg })),
    remove: async (kid) => void (await tell("remove", { kid })),
    asked: async () => (await tell("asked")).asked,
    async sign(kid, claims, header = {}) {
      const query = new URLSearchParams({ kid, header: JSON.stringify(header) });
      return (await fetch(`${url}/sign?${query}`, { method: "POST", body: JSON.stringify(claims) })).text();
    },
    async kill() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
