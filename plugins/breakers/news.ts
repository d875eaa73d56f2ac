import { type Static, Type } from "typebox";
import { Check } from "typebox/value";

const schema = Type.Object({
  to: Type.Enum(["open", "closed"]),
  by_hand: Type.Boolean(),
  reason: Type.String({ maxLength: 200 }),
  /** The gateway that tells it. */
  by: Type.String({ maxLength: 200 }),
  /** When it was told, in milliseconds since 1970 by that gateway's clock. */
  at_ms: Type.Number(),
  /** How long it stays open from then on; null: until somebody closes it. */
  remaining_ms: Type.Union([Type.Number({ minimum: 0 }), Type.Null()]),
});

/** What gateways tell each other of a circuit. Remaining time travels rather than its end: clocks differ. */
export type CircuitNews = Static<typeof schema>;

/** Undefined for what is none: others may write to the same store. */
export function parseNews(text: string): CircuitNews | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Check(schema, value) ? value : undefined;
  } catch {
    return undefined;
  }
}
