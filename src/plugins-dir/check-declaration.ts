import { policies } from "@isaas/gateway-sdk/contract";
import { type Plugin, stages } from "@isaas/gateway-sdk/plugin";
import { serviceUrlKey } from "../config/service-urls.ts";
import { describeValue } from "../config/problem.ts";
import { isPluginName } from "./plugin-name.ts";

export interface Mistake {
  readonly key: string;
  readonly wanted: string;
  readonly got: string;
}

type Rule = readonly [wanted: string, fits: (value: unknown, plugin: Fields) => boolean, isOptional?: "optional"];
type Fields = Readonly<Record<string, unknown>>;

const isNumber = (value: unknown, least: number, most: number): boolean =>
  typeof value === "number" && value >= least && value <= most;
const isWords = (value: unknown): boolean =>
  Array.isArray(value) && value.every((word) => typeof word === "string" && word !== "");
const isFunction = (value: unknown): boolean => typeof value === "function";
/** What stands for a request between it and a service must not step aside. */
const mustRefuse = ({ stage, enforces }: Fields): boolean =>
  stage === "identity" || (Array.isArray(enforces) && enforces.length > 0);

const milliseconds: Rule = ["milliseconds from 1 to 60000", (value) => isNumber(value, 1, 60_000), "optional"];

/** What a plugin may say of itself. A key that is not here is a mistake: it may be a misspelt guard. */
const rules: Readonly<Record<keyof Plugin, Rule>> = {
  name: ["a word in lower case that is no key of a route", isPluginName],
  stage: [`one of ${stages.join(", ")}`, (value) => stages.some((stage) => stage === value)],
  options: ["a schema made by Type.Object, with words in lower case as its keys", isOptions],
  setup: ["a function", isFunction],
  after: ["a list of plugins", isWords, "optional"],
  requires: ["a list of plugins", isWords, "optional"],
  enforces: [
    `a list of ${policies.join(", ")}`,
    (value) => Array.isArray(value) && value.every((policy) => policies.includes(policy)),
    "optional",
  ],
  routeOptions: ["a schema made by Type.Object", isObjectSchema, "optional"],
  check: ["a function", isFunction, "optional"],
  checkRoute: ["a function", isFunction, "optional"],
  budgetMs: milliseconds,
  startBudgetMs: milliseconds,
  onFaults: [
    "refuse or disable, and refuse for a plugin that guards",
    (value, plugin) => value === "refuse" || (value === "disable" && !mustRefuse(plugin)),
    "optional",
  ],
  faultLimit: ["faults from 1 to 1000, withinMs and pauseMs from 1 to 3600000", isFaultLimit, "optional"],
};

/** Everything that is wrong with a declaration; nothing: it is a plugin. */
export function checkDeclaration(declared: unknown): Mistake[] {
  if (typeof declared !== "object" || declared === null || Array.isArray(declared)) {
    const wanted = "what definePlugin gives, as the default export";
    return [{ key: "default", wanted, got: describeKind(declared) }];
  }
  const plugin = declared as Fields;
  const known = Object.entries(rules)
    .filter(([key, [, fits, isOptional]]) => {
      const value = plugin[key];
      return value === undefined ? isOptional === undefined : !fits(value, plugin);
    })
    .map(([key, [wanted]]) => ({ key, wanted, got: describeKind(plugin[key]) }));
  const unknown = Object.keys(plugin)
    .filter((key) => !Object.hasOwn(rules, key))
    .map((key) => ({ key, wanted: `one of ${Object.keys(rules).join(", ")}`, got: "an unknown name" }));
  return [...known, ...unknown];
}

function isObjectSchema(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { type, properties } = value as Fields;
  return type === "object" && typeof properties === "object" && properties !== null;
}

function isOptions(value: unknown): boolean {
  if (!isObjectSchema(value)) return false;
  const keys = Object.keys((value as { properties: object }).properties);
  return keys.every((key) => /^[a-z][a-z0-9_]*$/.test(key) && !serviceUrlKey.test(key));
}

function isFaultLimit(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).every(([key, number]) => {
    if (key === "faults") return Number.isInteger(number) && isNumber(number, 1, 1000);
    return (key === "withinMs" || key === "pauseMs") && isNumber(number, 1, 3_600_000);
  });
}

function describeKind(value: unknown): string {
  return typeof value === "function"
    ? "a function"
    : typeof value === "object"
      ? "something else"
      : describeValue(value);
}
