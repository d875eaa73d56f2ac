import { lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, sep } from "node:path";

/**
 * Why code from this path must not run; undefined when it may: whoever can write there would be the gateway. Who owns it is not
 * asked, as a directory mounted into a container has the owner that it has outside. `folder` is the plugins' directory, with all links resolved. Throws when there is nothing at the path.
 */
export function distrust(path: string, folder: string): string | undefined {
  const real = realpathSync(path);
  if (real !== folder && !real.startsWith(folder + sep)) return "a link that leads out of the plugins' directory";
  return distrustMode(real);
}

/** The same of the directory itself and all above it: who can rename one of them can put another in its place. */
export function distrustFolder(folder: string): string | undefined {
  const own = distrustMode(folder);
  if (own !== undefined) return own;
  for (let above = dirname(folder); ; above = dirname(above)) {
    const { mode } = statSync(above);
    // In a directory like /tmp only the owner of an entry can rename it.
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) return `${above} above it, to which everybody may write`;
    if (above === dirname(above)) return undefined;
  }
}

function distrustMode(path: string): string | undefined {
  return (lstatSync(path).mode & 0o002) === 0 ? undefined : "one to which everybody may write";
}
