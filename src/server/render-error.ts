import { STATUS_CODES } from "node:http";
import { type ErrorEnvelope, GatewayError } from "@isaas/gateway-sdk/errors";

/** Headers of every answer that is the gateway's own. */
export const securityHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

/** Asked for, and not with the weight zero, which means "anything but this" (RFC 9110 section 12.4.2). */
const wantsProblem = /application\/problem\+json(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i;

/** Whatever was thrown, as an error whose every word a caller may read. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (thrown instanceof GatewayError) return thrown;
  return new GatewayError("INTERNAL_ERROR", { message: "Something went wrong inside the gateway.", cause: thrown });
}

/** The one place where errors become answers: the envelope, or an RFC 9457 document for who accepts that. */
export function renderError(error: GatewayError, requestId: string, accept: string | null): Response {
  const { code, status, message, details } = error;
  const asProblem = accept !== null && wantsProblem.test(accept);
  const title = STATUS_CODES[status] ?? code;
  const body = JSON.stringify(
    asProblem
      ? { type: "about:blank", title, status, detail: message, code, details, request_id: requestId }
      : ({ error: { code, message, details }, request_id: requestId } satisfies ErrorEnvelope),
  );
  return new Response(body, {
    status,
    headers: {
      ...securityHeaders,
      "cache-control": "no-store",
      "content-type": asProblem ? "application/problem+json" : "application/json",
      "content-length": String(Buffer.byteLength(body)),
      "x-request-id": requestId,
      ...error.headers,
    },
  });
}
