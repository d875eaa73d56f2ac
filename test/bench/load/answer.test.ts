import { expect, test } from "bun:test";
import { readAnswer } from "./answer.ts";

const sized = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";

test.each([sized, chunked])("reads status, body and length of a complete answer: %j", (text) => {
  expect(readAnswer(text)).toEqual({ status: 200, body: "hello", lengthBytes: text.length });
});

test.each([sized, chunked])("waits at every place where an answer can be cut: %j", (text) => {
  for (let end = 0; end < text.length; end += 1) expect(readAnswer(text.slice(0, end))).toBeUndefined();
});

test("leaves out what follows the answer", () => {
  expect(readAnswer(`${sized}HTTP/1.1 500`)?.lengthBytes).toBe(sized.length);
});

test("refuses an answer whose end cannot be seen", () => {
  expect(() => readAnswer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")).toThrow("without a visible end");
});
