import { FormatError, type Parsed, withoutQuotes } from "./format.ts";
import { parseYaml } from "./yaml.ts";

/** JSON, with a key given twice refused: JSON.parse lets that pass, YAML, which holds JSON as it is, does not. */
export function parseJson(text: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message.replace("JSON Parse error: ", "") : "";
    throw new FormatError(lineOfMistake(text), withoutQuotes(message));
  }
  return { ...parseYaml(text), value };
}

const legalToken =
  /\s+|"(?:[^"\\\n]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true|false|null|,(?!\s*[}\]])|[[\]{}:]/y;

/** JSON.parse does not say where: it is where no token of JSON stands, else where YAML stumbles too. */
function lineOfMistake(text: string): number | undefined {
  legalToken.lastIndex = 0;
  let end = 0;
  while (legalToken.test(text)) end = legalToken.lastIndex;
  if (end < text.length) return text.slice(0, end).split("\n").length;
  try {
    parseYaml(text);
  } catch (cause) {
    if (cause instanceof FormatError) return cause.line;
  }
  return undefined;
}
