import { runStep } from "./step.ts";

interface Tool {
  readonly name: string;
  readonly executables: readonly string[];
  readonly aptPackage: string;
  readonly why: string;
}

const tools: readonly Tool[] = [
  { name: "Redis", executables: ["redis-server"], aptPackage: "redis-server", why: "the shared store" },
  {
    name: "Chromium",
    executables: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    aptPackage: "chromium",
    why: "the documentation page",
  },
];

/** What the tests need beside Bun: the locked packages, and the tools above wherever apt-get can bring them. */
async function install(): Promise<void> {
  const { ok } = await runStep([process.execPath, "install", "--frozen-lockfile"]);
  if (!ok) throw new Error("bun install failed");

  const missing = tools.filter(({ executables }) => !executables.some((name) => Bun.which(name)));
  if (missing.length > 0) await installWithApt(missing);
}

async function installWithApt(missing: readonly Tool[]): Promise<void> {
  const wanted = missing.map(
    ({ name, executables, why }) => `${name} (${executables.join(" or ")} on the PATH), for the tests of ${why}`,
  );
  if (!Bun.which("apt-get")) throw new Error(`apt-get is not here. Install by hand:\n  ${wanted.join("\n  ")}`);
  const root = process.getuid?.() === 0;
  if (!root && !Bun.which("sudo")) throw new Error(`neither root nor sudo. Install by hand:\n  ${wanted.join("\n  ")}`);

  const packages = missing.map(({ aptPackage }) => aptPackage);
  console.log(`installing ${packages.join(", ")} with apt-get`);
  const apt = [...(root ? [] : ["sudo", "-n"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const { ok } = await runStep([...apt, ...args]);
    if (!ok) throw new Error(`apt-get ${args[0]} failed. Install by hand:\n  ${wanted.join("\n  ")}`);
  }
}

try {
  await install();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
