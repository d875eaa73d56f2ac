import { expect, test } from "bun:test";
import { Turns } from "../../../../plugins/auth/accounts/turns.ts";

test("of one key so many run at once, those of others beside them, and all get their turn", async () => {
  const turns = new Turns(2);
  const running = new Map<string, number>();
  let most = 0;
  const task = (key: string) => async () => {
    const now = (running.get(key) ?? 0) + 1;
    running.set(key, now);
    most = Math.max(most, now);
    await Bun.sleep(1);
    running.set(key, now - 1);
    return key;
  };
  const keys = Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? "ada" : "bob"));
  expect(await Promise.all(keys.map((key) => turns.run(key, task(key))))).toEqual(keys);
  expect(most).toBe(2);
});

test("a task that fails gives its turn to the next", async () => {
  const turns = new Turns(1);
  const failed = turns.run("ada", () => Promise.reject(new Error("no")));
  const next = turns.run("ada", async () => "done");
  expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
});

test("beyond those that may wait, all are told to come again", async () => {
  const turns = new Turns(1);
  const { promise, resolve } = Promise.withResolvers<void>();
  const all = Array.from({ length: 210 }, () => turns.run("ada", () => promise).catch((error: Error) => error));
  resolve();
  const refused = (await Promise.all(all)).filter((outcome) => outcome instanceof Error);
  expect(refused).toHaveLength(9);
  expect(refused[0]).toMatchObject({ code: "RATE_LIMIT" });
});
