import { expect, test } from "bun:test";
import { EventReader } from "../../../sdk/client/event-reader.ts";

const read = (...pieces: string[]) => {
  const reader = new EventReader();
  return pieces.flatMap((piece) => Array.from(reader.read(piece)));
};

test("an event is its fields, up to an empty line", () => {
  expect(read('id: 7\nevent: add\ndata: {"a":1}\nretry: 5\n\n')).toEqual([
    { id: "7", event: "add", retry: 5, data: { a: 1 } },
  ]);
  expect(read("data:one\n\ndata: two\n\n")).toEqual([{ data: "one" }, { data: "two" }]);
});

test("lines of data are joined, one space after the colon belongs to no value", () => {
  expect(read("data:  a\ndata\ndata: b\n\n")).toEqual([{ data: " a\n\nb" }]);
});

test("comments, unknown fields, bad ids and retries, and what is cut off at the end are no events", () => {
  expect(read(": hello\n\n", "x: 1\n\n", "id: 1\n\n", "retry: soon\nid: a\0b\ndata: 1\n\n", "data: cut\n")).toEqual([
    { data: 1 },
  ]);
  expect(read("event: ping\n\n")).toEqual([{ event: "ping" }]);
});

test("a byte order mark at the start is none of the text", () => {
  expect(read("\uFEFFdata: a\n\n", "\uFEFFdata: b\n\n")).toEqual([{ data: "a" }]);
});

test("it does not matter where the text is cut, nor which line ends it has", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = ["event: x", "data: a", "data: b", "", "", "data: c", "", "data: d", "", ""].join(end);
    const whole = [{ event: "x", data: "a\nb" }, { data: "c" }, { data: "d" }];
    expect(read(text)).toEqual(whole);
    expect(read(...text)).toEqual(whole);
    for (let cut = 0; cut <= text.length; cut += 1) expect(read(text.slice(0, cut), text.slice(cut))).toEqual(whole);
  }
});
