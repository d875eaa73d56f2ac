/** Where a page stops being what it should be: its first other line, as it is and as it is wanted. */
export function describeDrift(got: string | undefined, wanted: string): string {
  if (got === undefined) return "is missing";
  const [has, wants] = [got.split("\n"), wanted.split("\n")];
  const longest = Math.max(has.length, wants.length);
  const line =
    Array.from({ length: longest }, (_, index) => index).find((index) => has[index] !== wants[index]) ?? longest;
  return `differs from line ${line + 1} on:\n  has:   ${has[line] ?? "(nothing)"}\n  wants: ${wants[line] ?? "(nothing)"}`;
}
