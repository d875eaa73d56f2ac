import { cpSync, statSync } from "node:fs";
import { basename, join, normalize } from "node:path";
import { repository } from "./dockerfile.ts";

export type Ignores = (path: string) => boolean;

/** Reads .dockerignore as Docker does: the last pattern that matches a path, or a directory above it, decides. */
export async function readIgnores(): Promise<Ignores> {
  const lines = (await Bun.file(join(repository, ".dockerignore")).text()).split("\n");
  const rules = lines
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ ignores: !line.startsWith("!"), glob: new Bun.Glob(line.replace(/^!/, "")) }));
  return (path) => rules.findLast(({ glob }) => withParents(path).some((each) => glob.match(each)))?.ignores ?? false;
}

/** The files that `COPY source... target` of the repository brings into `root`, in Docker's way. */
export function copyIntoStage(sources: readonly string[], target: string, root: string, ignores: Ignores): void {
  for (const source of sources) {
    const from = join(repository, source);
    if (statSync(from).isDirectory()) {
      // A directory's content is copied, not the directory.
      for (const file of new Bun.Glob("**/*").scanSync({ cwd: from, dot: true }))
        if (!ignores(normalize(join(source, file)))) cpSync(join(from, file), join(root, target, file));
    } else {
      if (ignores(source)) throw new Error(`.dockerignore keeps ${source} from the Dockerfile`);
      cpSync(from, join(root, target.endsWith("/") ? join(target, basename(source)) : target));
    }
  }
}

function withParents(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
