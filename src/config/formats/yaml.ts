import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
import { FormatError, type Parsed } from "./format.ts";

/** YAML 1.2: a key twice, a tag nobody knows and aliases that blow a small file up ("billion laughs") are refused. */
export function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, merge: false });
  const mistake = document.errors[0] ?? document.warnings[0];
  if (mistake !== undefined) {
    throw new FormatError(lineAt(mistake.pos[0]), mistake.code.toLowerCase().replaceAll("_", " "));
  }
  visit(document, {
    Pair(_, { key }) {
      if (isNode(key) && !isScalar(key)) throw new FormatError(lineAt(key.range?.[0] ?? 0), "a key that is no name");
    },
  });
  return {
    value: toPlain(document),
    lineOf(keys) {
      const offset = offsetOf(document, keys);
      return offset === undefined ? undefined : lineAt(offset);
    },
  };
}

function toPlain(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new FormatError(undefined, "too many aliases");
  }
}

function offsetOf(document: Document, keys: readonly string[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of keys) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (isScalar(pair?.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}
