import type { BalanceOptions } from "@isaas/gateway-sdk/contract";
import type { ExplainedInstance, Explanation } from "@isaas/gateway-sdk/plugin";

const outcomes: ReadonlySet<unknown> = new Set(["route", "endpoint", "not_found", "method_not_allowed"]);

export function isExplanation(body: unknown): body is Explanation {
  return outcomes.has(Object(body)["outcome"]);
}

/** One fact a line, its name in front. */
export function formatExplanation(explanation: Explanation): string {
  return [["request", `${explanation.method} ${explanation.path}`] as const, ...factsOf(explanation)]
    .map(([name, fact]) => `${name.padEnd(10)}  ${printable(fact)}`)
    .join("\n");
}

function factsOf(explanation: Explanation): (readonly [name: string, fact: string])[] {
  const { outcome, allow = [], route, policies = {}, chain = [], service, forwards_to } = explanation;
  const { balance, instances = [] } = explanation;
  if (outcome === "not_found") return [["answer", "404 NOT_FOUND: no route serves this path"]];
  if (outcome === "method_not_allowed")
    return [["answer", `405 METHOD_NOT_ALLOWED: the route serves ${allow.join(", ")}`]];
  if (outcome === "endpoint" || route === undefined) return [["answer", "by an endpoint of the gateway itself"]];
  const steps = [...chain, { stage: "upstream", plugin: "forward", facts: [] }];
  return [
    ["route", `${route.path_prefix}  (${route.methods.join(", ")})`],
    ["timeout", `${route.timeout} s`],
    ["retries", `${route.retries}${route.retry_unsafe ? ", of POST and PATCH too" : ""}`],
    ...(route.scopes === undefined ? [] : [["scopes", route.scopes.join(", ")] as const]),
    ...Object.entries(policies).map(([policy, state]) => ["policy", `${policy}: ${state}`] as const),
    ...steps.flatMap(({ stage, plugin, facts = [] }, index) => [
      [`chain ${`${index + 1}`.padStart(2)}`, `${stage}: ${plugin}`] as const,
      ...facts.map((fact) => ["", `  ${fact}`] as const),
    ]),
    ["service", `${service}, as ${forwards_to}`],
    ...(balance === undefined ? [] : [["balance", describeBalance(balance)] as const]),
    ...instances.map((instance) => ["instance", describeInstance(instance)] as const),
    ...(instances.some(({ open }) => open) ? [] : [["instance", "none: 503 SERVICE_UNAVAILABLE"] as const]),
  ];
}

function describeBalance({ policy, hash_on }: BalanceOptions): string {
  return policy === "consistent_hash" ? `${policy} on ${hash_on}` : policy;
}

function describeInstance({ id, url, open, weight, in_flight, ejected }: ExplainedInstance): string {
  const states = [
    id === url ? "" : `id ${id}`,
    weight === 1 ? "" : `weight ${weight}`,
    open ? "" : "closed",
    ejected === null ? "" : `ejected until ${ejected.until}: ${ejected.reason}`,
    `${in_flight} in flight`,
  ];
  return `${url}  (${states.filter((state) => state !== "").join(", ")})`;
}

/** An error answer of the gateway, or of whoever else answered. */
export function formatRefusal(status: number, body: unknown): string {
  const { code, message, details } = Object(Object(body)["error"]);
  if (typeof code !== "string" || typeof message !== "string")
    return `no gateway answers there: ${status} without an explanation`;
  const problems: unknown = Object(details)["problems"];
  const listed = Array.isArray(problems) ? problems.map(describeProblem) : [];
  return `the gateway answers ${status} ${[`${code}: ${message}`, ...listed].map(printable).join("\n  ")}`;
}

function describeProblem(problem: unknown): string {
  const { path, message } = Object(problem);
  return `${path}: ${message}`;
}

/** What came from elsewhere must not steer the terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "?");
}
