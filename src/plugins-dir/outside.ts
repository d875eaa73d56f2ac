import { AsyncLocalStorage } from "node:async_hooks";

/** Calls a function so that what it starts is the kernel's own. Taken when nothing of a plugin runs yet. */
export const asKernel: <T>(call: () => T) => T = AsyncLocalStorage.snapshot();

/**
 * A part of the kernel for a plugin whose copy may be disposed of: what its methods start is the kernel's own, and goes
 * on after that copy. What the methods named in `makers` return, and parts of these names, are treated alike.
 */
export function outside<T extends object>(part: T, makers: readonly string[] = []): T {
  return new Proxy(part, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      const isMaker = makers.some((maker) => maker === key);
      if (typeof value !== "function") return isMaker ? outside(value as object) : value;
      return (...args: unknown[]): unknown => {
        const made: unknown = asKernel(() => Reflect.apply(value, target, args));
        return isMaker ? outside(made as object) : made;
      };
    },
  });
}
