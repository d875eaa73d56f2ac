import { type Call, calls, message, openCalls } from "./calls.ts";
import { logIn } from "./log-in.ts";
import * as print from "./print.ts";
import type { DemoUser } from "./user.ts";
import { readText } from "./read-text.ts";
import { withTimeout } from "./with-timeout.ts";

const callTimeoutMs = 5000;

/** Where the calls go, and as whom. */
interface Target {
  readonly gateway: string;
  readonly token?: string;
}

/** Makes the calls through the gateway, shows them, and throws at the first wrong answer. */
export async function tour(gateway: string, user: DemoUser): Promise<void> {
  for (const call of openCalls) await make({ gateway }, call);
  const target = { gateway, token: await logIn(gateway, user) };
  for (const call of calls) await make(target, call);
  await publishAndListen(target);
}

async function make(target: Target, call: Call): Promise<void> {
  print.request(call.says, call.method, call.path, call.body);
  const startedMs = performance.now();
  const response = await send(target, call.method, call.path, call.body);
  const text = await response.text();
  print.answer(response.status, performance.now() - startedMs, text);
  expect(call, response.status, text);
}

/** One event stream and one message, so that the answer arrives in pieces while the other request is made. */
async function publishAndListen(target: Target): Promise<void> {
  const path = "/api/v1/realtime";
  const listenPath = `${path}?channels=${message.channel}`;
  print.request("realtime: listen to a channel, as server-sent events", "GET", listenPath);
  const events = await send(target, "GET", listenPath);
  if (events.status !== 200 || !events.body) throw new Error(`events: wanted 200, got ${events.status}`);

  await make(target, {
    says: "realtime: publish; the event arrives below",
    method: "POST",
    path,
    body: message,
    status: 202,
    contains: message,
  });
  const startedMs = performance.now();
  const data = await withTimeout(
    firstEvent(events.body),
    callTimeoutMs,
    () => "the published message did not reach the event stream",
  );
  print.answer(events.status, performance.now() - startedMs, data);
  expect({ says: "the event", status: 200, contains: message }, 200, data);
}

function send({ gateway, token }: Target, method: string, path: string, body?: object): Promise<Response> {
  return fetch(gateway + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    // A proxy that the environment names must not carry calls to this machine.
    proxy: false,
    signal: AbortSignal.timeout(callTimeoutMs),
  });
}

async function firstEvent(stream: ReadableStream<Uint8Array>): Promise<string> {
  let seen = "";
  for await (const text of readText(stream)) {
    seen += text;
    const data = /^data: (.*)\n\n/m.exec(seen)?.[1];
    if (data !== undefined) return data;
  }
  throw new Error("the event stream ended early");
}

function expect(call: Pick<Call, "says" | "status" | "contains">, status: number, text: string): void {
  const wanted = `${call.says}: wanted ${call.status} with ${JSON.stringify(call.contains)}`;
  if (status !== call.status) throw new Error(`${wanted}, got ${status}`);
  if (!Bun.deepMatch(call.contains, parse(text))) throw new Error(`${wanted}, got ${text}`);
}

function parse(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
