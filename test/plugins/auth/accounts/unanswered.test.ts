import { expect, test } from "bun:test";
import { Unanswered } from "../../../../plugins/auth/accounts/unanswered.ts";
import { changes } from "../../../store/stores.ts";

const entries = (record: Record<string, string>): Map<string, string> => new Map(Object.entries(record));

test("what was done without an answer is taken back, and nothing else", () => {
  const unanswered = new Unanswered();
  unanswered.add(changes({ kept: "b", new: "n" }), entries({ kept: "a" }));
  expect(unanswered.undo(entries({ kept: "a" }))).toEqual(changes({}));
  expect(unanswered.undo(entries({ kept: "b", new: "n" }))).toEqual(changes({ kept: "a", new: undefined }));
  expect(unanswered.undo(entries({ kept: "somebody else's" }))).toEqual(changes({}));
});

test("of several tries whichever was done is taken back, to what was there before the first", () => {
  const unanswered = new Unanswered();
  for (const text of ["b", "c"]) unanswered.add(changes({ kept: text }), entries({ kept: "a" }));
  for (const text of ["b", "c"]) expect(unanswered.undo(entries({ kept: text }))).toEqual(changes({ kept: "a" }));
});

test("what ended stays ended", () => {
  const unanswered = new Unanswered();
  unanswered.add(changes({ ended: undefined }), entries({ ended: "a" }));
  expect(unanswered.undo(entries({}))).toEqual(changes({}));
});

test("once the store has answered, all of it is past", () => {
  const unanswered = new Unanswered();
  unanswered.add(changes({ kept: "b" }), entries({ kept: "a" }));
  unanswered.clear();
  expect(unanswered.undo(entries({ kept: "b" }))).toEqual(changes({}));
});
