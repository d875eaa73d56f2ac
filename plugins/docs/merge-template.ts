/** Whole names in braces, neither query nor fragment. */
const template = /^\/(?:[^{}?#]|\{[^{}/?#]+\})*$/;
/** No caller gets to what lies behind it: the gateway resolves it. */
const dotSegment = /\/(?:\.|%2e){1,2}(?:\/|$)/i;
const name = /\{([^{}]+)\}/g;

export function isTemplate(path: string): boolean {
  return template.test(path) && !dotSegment.test(path);
}

export function namesIn(path: string): string[] {
  return [...path.matchAll(name)].map(([, found = ""]) => found);
}

/** The names do not tell a path from another: /a/{x} and /a/{y} are one. */
export function withoutNames(path: string): string {
  return path.replaceAll(name, "{}");
}
