/**
 * Why a name does not resolve.
 * NOT_FOUND: there is no such name, or it has no such record; Bun 1.4.5 tells NXDOMAIN and NODATA nowhere apart.
 * SERVFAIL, REFUSED: the DNS server says so. TIMEOUT: no answer in time, which is also how an absent server looks.
 * FAILED: anything else, such as an answer that is malformed.
 */
export type ResolveErrorCode = "NOT_FOUND" | "SERVFAIL" | "REFUSED" | "TIMEOUT" | "FAILED";

/** Codes of c-ares and of getaddrinfo, as node:dns spells them. */
const codes: Readonly<Record<string, ResolveErrorCode>> = {
  ENOTFOUND: "NOT_FOUND",
  ENODATA: "NOT_FOUND",
  ESERVFAIL: "SERVFAIL",
  EAI_AGAIN: "SERVFAIL",
  EREFUSED: "REFUSED",
  ETIMEOUT: "TIMEOUT",
};

/** Says why, not which name: that may be what a caller has sent. */
export class ResolveError extends Error {
  readonly code: ResolveErrorCode;

  constructor(code: ResolveErrorCode, cause?: unknown) {
    super(`the name does not resolve: ${code}`, { cause });
    this.name = "ResolveError";
    this.code = code;
  }
}

export function toResolveError(error: unknown): ResolveError {
  if (error instanceof ResolveError) return error;
  const code = error instanceof Error && "code" in error ? codes[String(error.code)] : undefined;
  return new ResolveError(code ?? "FAILED", error);
}
