import { badRequest, type Parameters } from "./parameters.ts";

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * How a client shows who it is: by Basic or in the body, not by both (RFC 6749 section 2.3). Undefined: it does not.
 * In Basic, both parts are form-encoded before they are base64.
 */
export function clientCredentialsOf(
  authorization: string | null,
  parameters: Parameters,
): ClientCredentials | undefined {
  const id = parameters.get("client_id");
  const secret = parameters.get("client_secret");
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (basic === undefined) return id === undefined || secret === undefined ? undefined : { id, secret };
  if (secret !== undefined) throw badRequest("invalid_request", "client_secret", "wanted in one place alone");
  const [name, password] = decodeBasic(basic);
  if (id !== undefined && id !== name) throw badRequest("invalid_request", "client_id", "wanted as in Authorization");
  return { id: name, secret: password };
}

function decodeBasic(basic: string): readonly [name: string, password: string] {
  const text = Buffer.from(basic, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon === -1) throw badRequest("invalid_request", "authorization", "wanted well-formed Basic credentials");
  return [formDecode(text.slice(0, colon)), formDecode(text.slice(colon + 1))];
}

/** Many clients leave the encoding out: what does not decode is meant as it stands. */
function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
