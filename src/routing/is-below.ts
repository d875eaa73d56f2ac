/** Whether a path is a prefix, or continues it at a segment boundary. */
export function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}
