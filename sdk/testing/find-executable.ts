import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The gateway to run: what the test says, else GATEWAY_EXECUTABLE, else `gateway` on the PATH. Throws when there is none. */
export function findExecutable(said: string | undefined, environment: Environment = process.env): string {
  const named = said ?? environment["GATEWAY_EXECUTABLE"];
  if (named !== undefined && named !== "") {
    if (isExecutable(named)) return resolve(named);
    throw new Error(`startGateway: wanted an executable file, got ${named}`);
  }
  const directories = (environment["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  const found = directories.map((directory) => join(directory, "gateway")).find(isExecutable);
  if (found !== undefined) return found;
  throw new Error(
    "startGateway: no gateway to run: name it by the option `executable` or by GATEWAY_EXECUTABLE, or put `gateway` on the PATH",
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
