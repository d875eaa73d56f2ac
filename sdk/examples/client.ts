import { type CallError, createClient, type ServerSentEvent } from "@isaas/gateway-sdk/client";
import type { Context } from "./context.ts";
import * as print from "./demo/print.ts";
import type { Intent } from "./intent.ts";
import type { Prediction } from "./prediction.ts";
import type { Realtime } from "./realtime.ts";

// Calls the demo's services through the gateway, with their own types. Logs in as USERNAME with PASSWORD.
const gateway = createClient<{ context: Context; intent: Intent; predict: Prediction; realtime: Realtime }>(
  process.env["GATEWAY"] ?? "http://localhost:8000",
  { username: process.env["USERNAME"] ?? "ada", password: process.env["PASSWORD"] ?? "secret" },
  { timeoutMs: 5000 },
);

interface Made<Data> {
  readonly data: Data | null;
  readonly error: CallError | null;
  readonly status: number;
}

try {
  await show(
    "context: what a user does",
    () => gateway.context.analyze.post({ action: "open_pricing", session_id: "demo" }),
    ({ data }) => data?.step === 1,
  );
  await show(
    "context remembers",
    () => gateway.context.sessions({ id: "demo" }).get(),
    ({ data }) => data?.actions[0] === "open_pricing",
  );
  await show(
    "intent: what a sentence wants",
    () => gateway.intent.classify.post({ text: "how much is the plan?" }),
    ({ data }) => data?.intent === "pricing",
  );
  await show(
    "prediction: the next number",
    () => gateway.predict.post({ features: [1, 2, 3, 4], model: "trend" }),
    ({ data }) => data?.prediction === 5,
  );
  await show(
    "prediction counts",
    () => gateway.predict.models.get(),
    ({ data }) => data?.models[1]?.predictions === 1,
  );
  await show(
    "a service's own refusal has its type",
    () => gateway.context.sessions({ id: "nobody" }).get(),
    ({ error }) => error?.code === "SERVICE_ERROR" && error.status === 404 && error.value.message === "no such session",
  );
  await show(
    "and so has the gateway's",
    () => gateway.context.sessions({ id: "demo" }).get({ headers: { authorization: "Bearer stale" } }),
    ({ error }) => error?.code === "AUTH_ERROR" && error.details.reason === "malformed",
  );
  await publishAndListen();
} catch (error) {
  print.failure(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await gateway.$close();
}

/** The event arrives in the first call's answer, which goes on while the second is made. */
async function publishAndListen(): Promise<void> {
  const { data } = await show(
    "realtime: listen to a channel, as server-sent events",
    () => gateway.realtime.get({ query: { channels: "news" } }),
    ({ status }) => status === 200,
  );
  await show(
    "realtime: publish; the event arrives below",
    () => gateway.realtime.post({ channel: "news", type: "greeting", data: { text: "hello" } }),
    ({ status }) => status === 202,
  );
  // The handler answers with a Response of its own: no type tells what streams there.
  for await (const event of data as AsyncIterable<ServerSentEvent>) {
    print.line(`<- event ${JSON.stringify(event)}`);
    if (event.event === "greeting") return;
  }
  throw new Error("the published message did not reach the event stream");
}

/** Makes a call, shows it as it is written here, and throws when it comes to something else than it should. */
async function show<Answer extends Made<unknown>>(
  says: string,
  call: () => Promise<Answer>,
  isRight: (answer: Answer) => boolean,
): Promise<Answer> {
  const code = String(call)
    .replace(/^\(\) => /, "")
    .replaceAll(/\s+/g, " ");
  print.code(says, code);
  const startedMs = performance.now();
  const answer = await call();
  const { data, error, status } = answer;
  const shown = error === null ? data : { code: error.code, message: error.message, details: error.details };
  print.answer(status, performance.now() - startedMs, isStream(shown) ? "a stream" : JSON.stringify(shown));
  if (!isRight(answer)) throw new Error(`${says}: that is not what was wanted`);
  return answer;
}

function isStream(data: unknown): boolean {
  return typeof data === "object" && data !== null && Symbol.asyncIterator in data;
}
