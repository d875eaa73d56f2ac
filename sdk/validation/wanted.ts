/** The keywords of JSON Schema that our schemas use, with `wanted`, `section` and `secret` as our own. */
export interface DescribedSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly default?: unknown;
  readonly description?: string;
  readonly section?: string;
  readonly wanted?: string;
  /** Which keys are wanted, where they are free but for a pattern. */
  readonly wantedKeys?: string;
  /** No message may show any of its value. */
  readonly secret?: boolean;
  /** What a service may not say of itself: another value than the default takes an operator. */
  readonly operatorOnly?: boolean;
  readonly properties?: Readonly<Record<string, DescribedSchema>>;
  readonly required?: readonly string[];
  readonly items?: DescribedSchema;
  readonly patternProperties?: Readonly<Record<string, DescribedSchema>>;
  readonly anyOf?: readonly DescribedSchema[];
}

/** Says in words what a schema accepts: for error messages and for the documentation alike. */
export function describeWanted(schema: DescribedSchema = {}): string {
  if (schema.wanted !== undefined) return schema.wanted;
  if (schema.enum !== undefined) return `one of ${schema.enum.join(", ")}`;
  if (schema.anyOf !== undefined) return schema.anyOf.map(describeWanted).join(" or ");
  switch (schema.type) {
    case "boolean":
      return "true or false";
    case "integer":
      return `an integer${describeRange(schema)}`;
    case "number":
      return `a number${describeRange(schema)}`;
    case "string":
      return `a string${describeLength(schema)}`;
    case "null":
      return "null";
    case "array":
      return describeList(schema);
    default:
      return "settings by name";
  }
}

function describeRange({ minimum, exclusiveMinimum, maximum }: DescribedSchema): string {
  if (exclusiveMinimum !== undefined)
    return ` above ${exclusiveMinimum}${maximum === undefined ? "" : `, at most ${maximum}`}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  if (maximum !== undefined) return `, at most ${maximum}`;
  return minimum === undefined ? "" : `, at least ${minimum}`;
}

function describeLength({ minLength = 0, maxLength }: DescribedSchema): string {
  if (maxLength === undefined) return minLength === 0 ? "" : ` of at least ${count(minLength)}`;
  return minLength === 0 ? ` of at most ${count(maxLength)}` : ` of ${minLength} to ${count(maxLength)}`;
}

function count(characters: number): string {
  return characters === 1 ? "1 character" : `${characters} characters`;
}

function describeList({ items, minItems = 0, uniqueItems = false }: DescribedSchema): string {
  const list = minItems === 0 ? "a list" : `a list of ${minItems} or more`;
  const rules = [
    ...(uniqueItems ? ["none twice"] : []),
    ...(items === undefined ? [] : [`each ${describeWanted(items)}`]),
  ];
  return [list, ...rules].join(", ");
}
