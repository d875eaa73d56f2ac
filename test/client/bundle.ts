import { join } from "node:path";

/** The client as one module, as a bundler makes it for what runs elsewhere. */
export async function bundleClient(target: "browser" | "node"): Promise<string> {
  const entry = join(import.meta.dirname, "../../sdk/client.ts");
  const { outputs } = await Bun.build({ entrypoints: [entry], target, format: "esm", minify: true });
  const [output] = outputs;
  if (output === undefined) throw new Error("no bundle");
  return output.text();
}
