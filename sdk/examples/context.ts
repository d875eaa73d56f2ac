import { gatewayService } from "@isaas/gateway-sdk/service";
import { Elysia, t } from "elysia";
import { atTheGateway } from "./at-the-gateway.ts";
import { runService } from "./run-service.ts";

interface Session {
  readonly session_id: string;
  readonly started_at: string;
  readonly actions: string[];
}

const maxSessions = 1000;
const maxActions = 100;
const sessions = new Map<string, Session>();

const Action = t.Object({
  action: t.String({ minLength: 1, maxLength: 100 }),
  session_id: t.Optional(t.String({ pattern: "^[\\w-]{1,64}$" })),
});

/** What a user does, remembered per session. */
export const context = new Elysia()
  .get("/health", () => ({ status: "healthy", service: "context" }))
  .post("/analyze", ({ body }) => analyze(body), { body: Action })
  .get("/sessions/:id", ({ params, status }) => sessions.get(params.id) ?? status(404, { message: "no such session" }))
  .use(gatewayService({ name: "context", ...atTheGateway }));

export type Context = typeof context;

function analyze({ action, session_id }: typeof Action.static) {
  const session = findOrStart(session_id ?? crypto.randomUUID());
  const previous = session.actions.at(-1) ?? null;
  session.actions.push(action);
  if (session.actions.length > maxActions) session.actions.shift();
  return { session_id: session.session_id, action, previous, step: session.actions.length, focus: focusOf(session) };
}

function findOrStart(id: string): Session {
  const known = sessions.get(id);
  if (known) return known;
  const oldest = sessions.keys().next().value;
  if (oldest !== undefined && sessions.size >= maxSessions) sessions.delete(oldest);
  const session = { session_id: id, started_at: new Date().toISOString(), actions: [] };
  sessions.set(id, session);
  return session;
}

/** The most frequent action of the session; the earliest of them when several are. */
function focusOf({ actions }: Session): string | null {
  const counts = new Map<string, number>();
  for (const action of actions) counts.set(action, (counts.get(action) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return actions.find((action) => counts.get(action) === most) ?? null;
}

if (import.meta.main) runService("context", context);
