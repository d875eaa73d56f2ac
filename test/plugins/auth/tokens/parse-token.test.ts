import { describe, expect, test } from "bun:test";
import { parseToken } from "../../../../plugins/auth/tokens/parse-token.ts";
import { createRandom, pick } from "../../../support/random.ts";
import { faultOf } from "./faults.ts";
import { encode, rawToken, tokenOf } from "./raw-token.ts";

const header = '{"alg":"HS256","typ":"at+jwt"}';
const good = rawToken(header, '{"sub":"ada"}');
const [head = "", body = "", signature = ""] = good.split(".");

test("a token is read as it says it is", () => {
  const token = tokenOf(
    { alg: "ES256", typ: "application/AT+JWT", kid: "k" },
    { sub: "ada", nested: { a: [1, { a: 2 }] } },
  );
  expect(parseToken(token)).toEqual({
    text: token,
    alg: "ES256",
    kid: "k",
    type: "at+jwt",
    claims: { sub: "ada", nested: { a: [1, { a: 2 }] } },
  });
  expect(parseToken(good)).toMatchObject({ kid: undefined, type: "at+jwt" });
});

test.each([
  ["braces, quotes and colons inside of texts", '{"a":"{\\"a\\":1,\\"a\\":2}","b":"\\\\","c":{"a":1}}'],
  ["the same key in objects beside and below each other", '{"a":{"a":[{"a":1},{"a":1}]},"b":{"a":1}}'],
  ["a value that looks like a key", '{"a":"a","b":"a"}'],
  ["a key named __proto__", '{"__proto__":{"alg":"none"}}'],
  ["space between all parts", ' { "a" : 1 , "b" : [ ] } '],
])("%s is well-formed", async (_, payload) => {
  expect(await faultOf(() => parseToken(rawToken(header, payload)))).toBe("counts");
});

describe("what is no token is malformed", () => {
  const withHeader = (parameters: object): string => tokenOf({ alg: "HS256", ...parameters }, {});
  const cases: readonly (readonly [name: string, token: string])[] = [
    ["nothing", ""],
    ["dots alone", ".."],
    ["one part", head],
    ["two parts", `${head}.${body}`],
    ["four parts", `${good}.`],
    ["five parts, as an encrypted token has", `${head}.a.b.c.d`],
    ["more than 8 KiB", rawToken(header, JSON.stringify({ sub: "a".repeat(8192) }))],
    ["a kid of 64 KB", withHeader({ kid: "k".repeat(65_536) })],
    ["a kid of 257 characters", withHeader({ kid: "k".repeat(257) })],
    ["a kid that is a number", withHeader({ kid: 1 })],
    ["a type that is a list", withHeader({ typ: ["at+jwt"] })],
    ["padding", `${head}=.${body}.${signature}`],
    ["padding at its end", `${good}=`],
    ["space before it", ` ${good}`],
    ["a line's end after it", `${good}\n`],
    ["space inside of a part", `${head.slice(0, 8)} ${head.slice(8)}.${body}.${signature}`],
    [
      "the standard alphabet",
      `${encode('{"alg":"HS256","a":"~~~???"}').replaceAll("-", "+").replaceAll("_", "/")}.${body}.${signature}`,
    ],
    ["stray bits at the end of its signature", `${head}.${body}.${signature.slice(0, -1)}${strayed(signature)}`],
    ["a header that is no JSON", `${encode("{alg:HS256}")}.${body}.${signature}`],
    ["a header in UTF-16", `${encode(Buffer.from(header, "utf16le"))}.${body}.${signature}`],
    [
      "a header that is no UTF-8",
      `${encode(Buffer.concat([Buffer.from('{"alg":"HS256","x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]))}.${body}.${signature}`,
    ],
    ["a byte order mark", rawToken(`\u{feff}${header}`, "{}")],
    ["a header that is a list", rawToken("[]", "{}")],
    ["a header that is null", rawToken("null", "{}")],
    ["a payload that is a text", rawToken(header, '"ada"')],
    ["an empty payload", `${head}..${signature}`],
    ["a payload of nothing but brackets", rawToken(header, "[".repeat(6000))],
    ["a comma at the end", rawToken(header, '{"sub":"ada",}')],
    ["alg twice", rawToken('{"alg":"none","alg":"HS256"}', "{}")],
    ["alg twice, once escaped", rawToken('{"alg":"none","\\u0061lg":"HS256"}', "{}")],
    ["a claim twice", rawToken(header, '{"sub":"ada","exp":1,"sub":"bob"}')],
    ["a claim twice, deep inside", rawToken(header, '{"a":[1,{"b":{"c":1,"d":"x","c":2}}]}')],
    ["__proto__ twice", rawToken(header, '{"__proto__":1,"__proto__":2}')],
    ["no alg", tokenOf({ typ: "at+jwt" }, {})],
    ["an alg of its prototype alone", rawToken('{"__proto__":{"alg":"HS256"}}', "{}")],
    ["a list of algs", tokenOf({ alg: ["HS256"] }, {})],
    ["an alg that is null", tokenOf({ alg: null }, {})],
    ["crit", withHeader({ crit: ["exp"] })],
    ["an empty crit", withHeader({ crit: [] })],
    ["b64: false", withHeader({ b64: false })],
    ["zip", withHeader({ zip: "DEF" })],
    ["enc", withHeader({ enc: "A256GCM" })],
    ["jwk", withHeader({ jwk: { kty: "oct", k: "AA" } })],
    ["jku", withHeader({ jku: "https://evil.example" })],
    ["x5u", withHeader({ x5u: "https://evil.example" })],
    ["x5c", withHeader({ x5c: [] })],
    ["x5t", withHeader({ x5t: "AA" })],
    ["x5t#S256", withHeader({ "x5t#S256": "AA" })],
    ["crit that is null", withHeader({ crit: null })],
  ];

  test.each(cases)("%s", async (_, token) => {
    expect(await faultOf(() => parseToken(token))).toBe("malformed");
  });
});

test("no text whatever throws anything else", async () => {
  const random = createRandom(4);
  const pieces = [
    head,
    body,
    signature,
    ".",
    "..",
    "=",
    "\0",
    "\u{d800}",
    "ž",
    "🚀",
    "e30",
    "W10",
    "bnVsbA",
    "-",
    "_",
    "+",
    " ",
  ];
  const letters = [...'{}[]:,"\\u0061truefalsn1e9.- '] as [string, ...string[]];
  const some = (most: number, next: () => string): string =>
    Array.from({ length: Math.floor(random() * most) }, next).join("");
  for (let round = 0; round < 20_000; round += 1) {
    const json = (): string => encode(some(30, () => pick(random, letters)));
    const at = Math.floor(random() * good.length);
    const texts = [
      some(8, () => pick(random, pieces as [string, ...string[]])),
      `${json()}.${json()}.${json()}`,
      `${head}.${json()}.${signature}`,
      good.slice(0, at) + String.fromCharCode(Math.floor(random() * 0x1_00_00)) + good.slice(at + 1),
    ] as const;
    for (const text of texts) expect(await faultOf(() => parseToken(text))).toMatch(/^(?:malformed|counts)$/);
  }
});

test("a letter whose last bits count for nothing is found", () => {
  expect(Buffer.from(`${signature.slice(0, -1)}${strayed(signature)}`, "base64url")).toEqual(
    Buffer.from(signature, "base64url"),
  );
});

/** Another last letter that means the same bytes: 32 bytes leave two bits over. */
function strayed(text: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet[alphabet.indexOf(text.at(-1) ?? "") ^ 1] ?? "";
}
