/** An error for the log. Only these fields: fetch's errors also carry the URL with its query, which no log may hold. */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, message, stack } = error;
  return { name, code: "code" in error ? error.code : undefined, message, stack };
}
