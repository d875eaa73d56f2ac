import type { Member, Members } from "@isaas/gateway-sdk/store";

/** The gateway on a store that it shares with nobody: always there, always leading. */
export class SoleMember implements Members {
  readonly self = crypto.randomUUID();
  readonly leading = true;
  #all: readonly Member[] = [{ id: this.self, data: "" }];

  get all(): readonly Member[] {
    return this.#all;
  }

  tell(data: string): void {
    this.#all = [{ id: this.self, data }];
  }

  onChange(): void {
    // Nobody comes or goes.
  }
}
