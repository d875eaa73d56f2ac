export interface Call {
  readonly says: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly status: number;
  /** What the answer has to contain. */
  readonly contains: Readonly<Record<string, unknown>>;
}

/** What needs no token. */
export const openCalls: readonly Call[] = [
  {
    says: "the gateway itself",
    method: "GET",
    path: "/health",
    status: 200,
    contains: { status: "healthy" },
  },
  {
    says: "nobody passes unknown",
    method: "GET",
    path: "/api/v1/context/sessions/demo",
    status: 401,
    contains: { error: { code: "AUTH_ERROR", details: { reason: "missing" } } },
  },
];

/** What the demo asks with its token, and the answers it insists on. */
export const calls: readonly Call[] = [
  {
    says: "who am I?",
    method: "GET",
    path: "/api/v1/users/me",
    status: 200,
    contains: { username: "ada", scopes: ["read", "write", "admin"] },
  },
  {
    says: "context: what a user does",
    method: "POST",
    path: "/api/v1/context/analyze",
    body: { action: "open_pricing", session_id: "demo" },
    status: 200,
    contains: { session_id: "demo", step: 1 },
  },
  {
    says: "context remembers",
    method: "GET",
    path: "/api/v1/context/sessions/demo",
    status: 200,
    contains: { session_id: "demo", actions: ["open_pricing"] },
  },
  {
    says: "intent: what a sentence wants",
    method: "POST",
    path: "/api/v1/intent/classify",
    body: { text: "how much is the plan?" },
    status: 200,
    contains: { intent: "pricing" },
  },
  {
    says: "prediction: the next number",
    method: "POST",
    path: "/api/v1/predict",
    body: { features: [1, 2, 3, 4], model: "trend" },
    status: 200,
    contains: { model: "trend", prediction: 5 },
  },
  {
    says: "prediction counts",
    method: "GET",
    path: "/api/v1/predict/models",
    status: 200,
    contains: { models: [{ name: "mean" }, { name: "trend", predictions: 1 }] },
  },
  {
    says: "nobody serves this: every error looks the same",
    method: "GET",
    path: "/api/v1/nowhere",
    status: 404,
    contains: { error: { code: "NOT_FOUND" } },
  },
];

export const message = { channel: "news", type: "greeting", data: { text: "hello" } };
