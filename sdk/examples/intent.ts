import { gatewayService } from "@isaas/gateway-sdk/service";
import { Elysia, t } from "elysia";
import { atTheGateway } from "./at-the-gateway.ts";
import { runService } from "./run-service.ts";

const maxExamplesPerIntent = 200;
const examples = new Map<string, string[]>([
  ["pricing", ["how much does it cost", "what is the price of the plan", "is there a discount"]],
  ["support", ["it does not work", "I need help with an error", "the page is broken"]],
  ["cancel", ["I want to cancel my plan", "please close my account", "stop the subscription"]],
  ["greeting", ["hello there", "good morning", "hi, how are you"]],
]);

const Text = t.String({ minLength: 1, maxLength: 500 });
const Name = t.String({ pattern: "^[a-z][a-z_]{0,31}$" });

/** What a sentence wants: naive Bayes over a few examples, and it learns more. */
export const intent = new Elysia()
  .get("/health", () => ({ status: "healthy", service: "intent" }))
  .get("/intents", () => ({ intents: [...examples].map(([name, { length }]) => ({ name, examples: length })) }))
  .post("/classify", ({ body }) => classify(body.text), { body: t.Object({ text: Text }) })
  .post("/examples", ({ body, status }) => (learn(body.intent, body.text) ? body : status(409, { message: "full" })), {
    body: t.Object({ intent: Name, text: Text }),
  })
  .use(gatewayService({ name: "intent", ...atTheGateway }));

export type Intent = typeof intent;

function learn(name: string, text: string): boolean {
  const known = examples.get(name);
  if (known ? known.length >= maxExamplesPerIntent : examples.size >= 50) return false;
  if (known) known.push(text);
  else examples.set(name, [text]);
  return true;
}

function classify(text: string) {
  const asked = wordsOf(text);
  const vocabulary = new Set([...examples.values()].flat().flatMap(wordsOf)).size;
  const likelihoods = [...examples].map(([name, texts]) => {
    const words = texts.flatMap(wordsOf);
    // One is added to every count (Laplace), else a single unknown word would rule an intent out.
    const log = asked.map((word) => Math.log((countOf(word, words) + 1) / (words.length + vocabulary)));
    return { name, likelihood: Math.exp(log.reduce((sum, value) => sum + value, 0)) };
  });
  const total = likelihoods.reduce((sum, { likelihood }) => sum + likelihood, 0);
  const ranked = likelihoods
    .map(({ name, likelihood }) => ({ intent: name, confidence: round(likelihood / total) }))
    .toSorted((a, b) => b.confidence - a.confidence);
  return { text, ...ranked[0], alternatives: ranked.slice(1, 3) };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function countOf(word: string, words: readonly string[]): number {
  return words.filter((other) => other === word).length;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

if (import.meta.main) runService("intent", intent);
