import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Writes settings as a JSON file into a fresh directory and returns its path. */
export function writeSettings(settings: object): string {
  const path = join(mkdtempSync(join(tmpdir(), "gateway-settings-")), "gateway.json");
  writeFileSync(path, JSON.stringify(settings));
  return path;
}
