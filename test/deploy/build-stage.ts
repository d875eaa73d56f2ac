import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { copyIntoStage, readIgnores } from "./build-context.ts";
import { type Stage, stepsOf, wordsOf } from "./dockerfile.ts";

/** Does what the stage's WORKDIR, COPY and RUN say, with `root` as the container's root. Its `bun` is this one. */
export async function runBuildStage(stage: Stage, root: string): Promise<void> {
  const ignores = await readIgnores();
  const bin = join(root, "bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, "bun"));

  let workdir = root;
  for (const step of stage) {
    const words = wordsOf(step);
    if (step.keyword === "WORKDIR") mkdirSync((workdir = join(root, step.text)));
    if (step.keyword === "COPY") copyIntoStage(words.slice(0, -1), words.at(-1) ?? "", workdir, ignores);
    if (step.keyword === "RUN") await run(["sh", "-c", step.text], workdir, bin);
  }
}

/** Puts what the final stage copies from the build stage into the image. */
export function copyIntoImage(final: Stage, stageRoot: string, imageRoot: string): void {
  for (const step of stepsOf(final, "COPY")) {
    const [source = "", target = ""] = wordsOf(step);
    cpSync(join(stageRoot, source), join(imageRoot, target));
  }
}

export async function run(command: readonly string[], cwd: string, bin = ""): Promise<void> {
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"]}` };
  const step = Bun.spawn([...command], { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
  const output = await Promise.all([new Response(step.stdout).text(), new Response(step.stderr).text()]);
  if ((await step.exited) !== 0) throw new Error(`${command.join(" ")}\n${output.join("\n")}`);
}
