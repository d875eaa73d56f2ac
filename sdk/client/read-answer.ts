import { refusal } from "./call-failure.ts";
import type { CallSignal } from "./call-signal.ts";
import type { CallFailure } from "./call-failure.ts";
import { parseText } from "./parse-text.ts";
import { mediaType, readStream, streamKind } from "./read-stream.ts";

/** What Answer describes by type. */
export interface Outcome {
  readonly data: unknown;
  readonly error: CallFailure | null;
  readonly status: number;
  readonly headers: Headers | undefined;
  readonly response: Response | undefined;
}

/** Reads an answer to its end, or hands over a stream. Rejects when it breaks off, or is no JSON where it says so. */
export async function readAnswer(response: Response, call: CallSignal): Promise<Outcome> {
  const { status, headers, body } = response;
  const kind = streamKind(response);
  if (kind !== undefined && body !== null) {
    call.stopClock();
    const data = readStream(body, kind, call.signal, () => call.release());
    return { data, error: null, status, headers, response };
  }
  const value = await readValue(response);
  const error = response.ok ? null : refusal(status, value, headers);
  return { data: error === null ? value : null, error, status, headers, response };
}

export function failed(error: CallFailure): Outcome {
  return { data: null, error, status: error.status, headers: undefined, response: undefined };
}

async function readValue(response: Response): Promise<unknown> {
  const type = mediaType(response.headers);
  if (type === "application/octet-stream") return response.arrayBuffer();
  if (type === "multipart/form-data") return Object.fromEntries(await response.formData());
  if (/^(?:image|audio|video)\/|^application\/(?:pdf|zip)$/.test(type)) return response.blob();
  const text = await response.text();
  // Of HEAD and 204, and of a handler that returned nothing.
  if (text === "") return undefined;
  return /[/+]json$/.test(type) ? JSON.parse(text) : parseText(text);
}
