/** Those of the known names that a misspelt one may stand for: two letters off, or a quarter of them, at most. */
export function suggest(unknown: string, known: readonly string[]): string[] {
  const wanted = simplify(unknown);
  const most = (name: string): number => Math.max(2, Math.floor(name.length / 4));
  const near = known
    .map((name) => ({ name, distance: distance(simplify(name), wanted, most(name)) }))
    .filter((candidate) => candidate.distance <= most(candidate.name));
  const nearest = Math.min(...near.map((candidate) => candidate.distance));
  return near.filter((candidate) => candidate.distance === nearest).map(({ name }) => name);
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Levenshtein distance, one row at a time; infinite where the lengths alone are further apart than asked for. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
