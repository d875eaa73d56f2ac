import { type Static, type TSchema, type TUnsafe, Type } from "typebox";

/** One event as its reader gets it. */
export interface StreamedEvent<Data> {
  readonly id?: string;
  readonly event?: string;
  readonly data: Data;
}

/** An answer of server-sent events, each with such data. */
export function eventStream<Data extends TSchema>(
  data: Data,
): TUnsafe<AsyncGenerator<StreamedEvent<Static<Data>>, void, void>> {
  return Type.Unsafe({ type: "string", contentMediaType: "text/event-stream", contentSchema: data });
}
