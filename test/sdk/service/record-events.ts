import type { LeaseEvent } from "@isaas/gateway-sdk/service";

/** Keeps what a lease tells, as `registered` or `refused: AUTH_ERROR`. */
export function recordEvents(): { readonly events: readonly string[]; readonly onEvent: (event: LeaseEvent) => void } {
  const events: string[] = [];
  return {
    events,
    onEvent: ({ state, error }) => void events.push(error === undefined ? state : `${state}: ${error.code}`),
  };
}
