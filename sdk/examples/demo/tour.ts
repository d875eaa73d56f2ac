import { type Call, openCalls } from "./calls.ts";
import * as print from "./print.ts";

const callTimeoutMs = 5000;

/** Makes the calls through the gateway, shows them, and throws at the first wrong answer. */
export async function tour(gateway: string): Promise<void> {
  for (const call of openCalls) await make(gateway, call);
}

async function make(gateway: string, call: Call): Promise<void> {
  print.request(call.says, "GET", call.path);
  const startedMs = performance.now();
  // A proxy that the environment names must not carry calls to this machine.
  const response = await fetch(gateway + call.path, { proxy: false, signal: AbortSignal.timeout(callTimeoutMs) });
  const text = await response.text();
  print.answer(response.status, performance.now() - startedMs, text);
  expect(call, response.status, text);
}

function expect({ says, status: wantedStatus, contains }: Call, status: number, text: string): void {
  const wanted = `${says}: wanted ${wantedStatus} with ${JSON.stringify(contains)}`;
  if (status !== wantedStatus) throw new Error(`${wanted}, got ${status}`);
  if (!Bun.deepMatch(contains, parse(text))) throw new Error(`${wanted}, got ${text}`);
}

function parse(text: string): object {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
