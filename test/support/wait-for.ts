/** Waits until something holds, looking every 20 ms; rejects after some seconds, naming what did not come. */
export async function waitFor(what: string, holds: () => boolean | Promise<boolean>, limitMs = 10_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await Bun.sleep(20);
  }
}
