import type { InstanceInfo } from "@isaas/gateway-sdk/services";
import { Instance } from "./instance.ts";

interface Told {
  readonly infos: readonly InstanceInfo[];
  readonly lastCheck: (() => string | null) | undefined;
}

/** Who serves a service, by all that tell of it: the settings, DNS, the registry. */
export class Roster {
  readonly #sources = new Map<string, Told>();
  #instances: readonly Instance[] = [];

  get instances(): readonly Instance[] {
    return this.#instances;
  }

  /**
   * Replaces what this source said before. An id that stays keeps its instance, with its requests and its failures;
   * of two sources that tell of the same id, the one that spoke first is believed.
   */
  update(source: string, told: Told, nowMs: number): void {
    // Those of the start have nobody warmer beside them.
    const warmSinceMs = source === "settings" && !this.#sources.has(source) ? Number.NEGATIVE_INFINITY : nowMs;
    this.#sources.set(source, told);
    const known = new Map(this.#instances.map((instance) => [instance.id, instance]));
    const instances = new Map<string, Instance>();
    for (const { infos } of this.#sources.values()) {
      for (const info of infos) {
        if (instances.has(info.id)) continue;
        const instance = known.get(info.id) ?? new Instance(info, warmSinceMs);
        instance.update(info, nowMs);
        instances.set(info.id, instance);
      }
    }
    this.#instances = [...instances.values()];
  }

  /** What this source says now. */
  toldBy(source: string): readonly InstanceInfo[] {
    return this.#sources.get(source)?.infos ?? [];
  }

  /** When one of them was last looked at, by the first source that looks. */
  lastCheck(): string | null {
    for (const { lastCheck } of this.#sources.values()) {
      const time = lastCheck?.() ?? null;
      if (time !== null) return time;
    }
    return null;
  }
}
