import { GatewayError, type Problem } from "@isaas/gateway-sdk/errors";

/**
 * What went wrong in an endpoint, in our words: Elysia's own error answers repeat the values that were sent.
 * What is nobody's fault but ours comes back as it is, and ends as INTERNAL_ERROR.
 */
export function toEndpointError(code: string, error: unknown): unknown {
  if (error instanceof GatewayError) return error;
  if (code === "NOT_FOUND") return new GatewayError("NOT_FOUND", { message: "There is nothing at this path." });
  if (code === "PARSE")
    return invalid("The body could not be read.", [{ path: "body", message: "Expected a well-formed body" }]);
  if (code !== "VALIDATION" || typeof error !== "object" || error === null) return error;
  // An endpoint that answers what it did not promise is not the caller's mistake.
  if ("type" in error && error.type === "response") return error;
  return invalid("The request is not valid.", problemsOf(error));
}

function invalid(message: string, problems: readonly Problem[]): GatewayError {
  return new GatewayError("INVALID_REQUEST", { message, details: { problems } });
}

interface Finding {
  readonly path: string;
  readonly message: string;
  readonly schema: Schema;
}

interface Schema {
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly { readonly const?: unknown; readonly type?: string; readonly format?: string }[];
}

/** Where, and what is wanted there: one problem for each place, and never the value that was sent. */
function problemsOf(error: object): Problem[] {
  const findings = "all" in error ? (error.all as readonly Finding[]) : [];
  const problems = new Map<string, Problem>();
  for (const { path: pointer, message, schema } of findings) {
    const path = pointer.slice(1).replaceAll("/", ".");
    const choices = choicesOf(schema).join(" or ");
    const isMissing = message === "Expected required property";
    if (!problems.has(path)) {
      problems.set(path, { path, message: isMissing || choices === "" ? message : `Expected ${choices}` });
    }
  }
  return [...problems.values()];
}

/** What a schema with several answers takes. Elysia adds a text of some format to each number of a query: no choice. */
function choicesOf({ enum: values, anyOf = [] }: Schema): readonly unknown[] {
  return values ?? anyOf.filter(({ format }) => format === undefined).map((choice) => choice.const ?? choice.type);
}
