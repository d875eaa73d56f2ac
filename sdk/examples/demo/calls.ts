export interface Call {
  readonly says: string;
  readonly path: string;
  readonly status: number;
  /** What the answer has to contain. */
  readonly contains: Readonly<Record<string, unknown>>;
}

/** What needs no token, and the answers that the demo insists on. */
export const openCalls: readonly Call[] = [
  { says: "the gateway itself", path: "/health", status: 200, contains: { status: "healthy" } },
  {
    says: "nobody passes unknown",
    path: "/api/v1/context/sessions/demo",
    status: 401,
    contains: { error: { code: "AUTH_ERROR", details: { reason: "missing" } } },
  },
  {
    says: "nobody serves this: every error looks the same",
    path: "/api/v1/nowhere",
    status: 404,
    contains: { error: { code: "NOT_FOUND" } },
  },
];
