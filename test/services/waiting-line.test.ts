import { expect, test } from "bun:test";
import { WaitingLine } from "../../src/services/waiting-line.ts";

const never = new AbortController().signal;

/** A line before a room, and who has come in. */
function createRoom(line: WaitingLine) {
  let places = 0;
  const inside: string[] = [];
  return {
    inside,
    free(count: number) {
      places += count;
      line.move();
    },
    wait: (name: string, signal = never) =>
      line.wait(() => {
        if (places === 0) return false;
        places -= 1;
        inside.push(name);
        return true;
      }, signal),
  };
}

test("who came first gets the first place", async () => {
  const line = new WaitingLine({ length: 10, waitMs: 10_000 });
  const room = createRoom(line);
  const waiting = ["a", "b", "c"].map((name) => room.wait(name));
  room.free(1);
  expect(room.inside).toEqual(["a"]);
  room.free(2);
  expect(room.inside).toEqual(["a", "b", "c"]);
  expect(await Promise.all(waiting)).toEqual([true, true, true]);
  expect(line.isEmpty).toBe(true);
});

test("a full line turns away at once", async () => {
  const line = new WaitingLine({ length: 1, waitMs: 10_000 });
  const room = createRoom(line);
  const first = room.wait("a");
  expect(await room.wait("b")).toBe(false);
  room.free(5);
  expect([await first, room.inside]).toEqual([true, ["a"]]);
});

test("nobody waits in a line of length 0", async () => {
  const line = new WaitingLine({ length: 0, waitMs: 10_000 });
  expect(await line.wait(() => true, never)).toBe(false);
});

test("who has waited too long leaves, and gets no place that comes later", async () => {
  const line = new WaitingLine({ length: 10, waitMs: 30 });
  const room = createRoom(line);
  const startMs = performance.now();
  expect(await room.wait("a")).toBe(false);
  expect(performance.now() - startMs).toBeWithin(25, 2000);
  room.free(1);
  expect([room.inside, line.isEmpty]).toEqual([[], true]);
});

test("who is called away leaves, and those behind move up", async () => {
  const line = new WaitingLine({ length: 2, waitMs: 10_000 });
  const room = createRoom(line);
  const called = new AbortController();
  const first = room.wait("a", called.signal);
  const second = room.wait("b");
  called.abort();
  expect(await first).toBe(false);
  const third = room.wait("c");
  room.free(2);
  expect([await second, await third, room.inside]).toEqual([true, true, ["b", "c"]]);
});

test("who was called away before does not wait", async () => {
  const line = new WaitingLine({ length: 2, waitMs: 10_000 });
  expect(await line.wait(() => true, AbortSignal.abort())).toBe(false);
  expect(line.isEmpty).toBe(true);
});
