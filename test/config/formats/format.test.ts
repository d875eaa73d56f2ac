import { expect, test } from "bun:test";
import { withoutQuotes } from "../../../src/config/formats/format.ts";
import { settingsFrom } from "../settings-from.ts";

test("a parser's message ends where it begins to quote the file", () => {
  expect(withoutQuotes("Expected '=' after a key but found 'secret'")).toBe("Expected '=' after a key but found ...");
  expect(withoutQuotes('Strings must be quoted: "se"cret"')).toBe("Strings must be quoted: ...");
  expect(withoutQuotes("Expected ',' or ']' but found end of file")).toBe("Expected ',' or ']' but found end of file");
  expect(withoutQuotes("Unexpected `se\ncret` here")).toBe("Unexpected ...");
});

const secret = "hunter2secret";
const whole = {
  yaml: `port: 8000\nhost: '${secret}'\nroutes:\n  - {service: "${secret}", path_prefix: ${secret}}\n`,
  json: `{"port": 8000,\n"host": "${secret}",\n"routes": [{"service": "${secret}", "path_prefix": "/${secret}"}]}`,
  toml: `port = 8000\nhost = "${secret}"\n[[routes]]\nservice = '${secret}'\npath_prefix = "${secret}"\n`,
};

test.each(["yaml", "json", "toml"] as const)(
  "no broken %s file makes an error that repeats what it holds",
  (format) => {
    const text = whole[format];
    const seen = new Set<string>();
    const inserts = [
      "",
      "'",
      '"',
      "{",
      "}",
      "[",
      "]",
      ":",
      "=",
      ",",
      "\\",
      "#",
      "&",
      "*",
      "!",
      "|",
      "\n",
      "\t",
      "%",
      "`",
      "-",
    ];
    for (let at = 0; at < text.length; at += 1) {
      // The secret itself stays whole.
      const start = text.lastIndexOf(secret, at);
      if (start !== -1 && at > start && at < start + secret.length) continue;
      for (const insert of inserts) {
        const broken = text.slice(0, at) + insert + text.slice(insert === "" ? at + 1 : at);
        for (const problem of settingsFrom({ file: { [format]: broken } }).problems) {
          // A word that stands where a name belongs is a name, and names are shown.
          if (problem.includes("got a syntax error")) seen.add(problem);
        }
      }
    }
    expect(seen.size).toBeGreaterThan(10);
    expect([...seen].filter((problem) => problem.includes("hunter2"))).toEqual([]);
  },
  30_000,
);
