import { expect, test } from "bun:test";
import { SharedRun } from "../../src/store/redis/shared-run.ts";

/** A task that ends when it is told to. */
function heldTask() {
  const ends: PromiseWithResolvers<void>[] = [];
  let most = 0;
  let running = 0;
  const run = new SharedRun(async () => {
    running += 1;
    most = Math.max(most, running);
    const end = Promise.withResolvers<void>();
    ends.push(end);
    await end.promise.finally(() => (running -= 1));
  });
  return { run, ends, most: () => most };
}

test("those who ask while it runs share one more run, never two at once", async () => {
  const { run, ends, most } = heldTask();
  const first = run.run();
  const later = [run.run(), run.run(), run.run()];
  expect(ends).toHaveLength(1);
  ends[0]?.resolve();
  await first;
  await Bun.sleep(0);
  expect(ends).toHaveLength(2);
  const last = run.run();
  ends[1]?.resolve();
  await Promise.all(later);
  await Bun.sleep(0);
  ends[2]?.resolve();
  await last;
  expect(ends).toHaveLength(3);
  expect(most()).toBe(1);
});

test("a run that fails fails for those who asked for it only", async () => {
  const { run, ends } = heldTask();
  const first = run.run();
  const second = run.run();
  ends[0]?.reject(new Error("no"));
  expect(first).rejects.toThrow("no");
  await Bun.sleep(0);
  ends[1]?.resolve();
  await second;
  const third = run.run();
  ends[2]?.resolve();
  await third;
});
