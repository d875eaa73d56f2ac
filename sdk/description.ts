/** A path on an instance: begins with one slash, names no host, and has neither spaces nor a fragment. */
export const instancePath = '^/(?![/\\\\])[!-"$-\\[\\]-~]*$';

/** The largest OpenAPI document that is kept, as JSON. */
export const mostDescriptionBytes = 1024 * 1024;

/** A whole OpenAPI document, or the path at which the instance serves it. */
export function isDescription(value: unknown): boolean {
  if (typeof value === "string") return value.length <= 512 && new RegExp(instancePath).test(value);
  return typeof value === "object" && value !== null && "openapi" in value && "paths" in value;
}
