import { SettingsError } from "../config/problem.ts";

/** Where a running gateway answers. Throws a SettingsError that does not repeat the text: it may hold credentials. */
export function parseGatewayUrl(text: string): URL {
  const url = URL.parse(text);
  const isWeb = url?.protocol === "http:" || url?.protocol === "https:";
  if (url !== null && isWeb && url.username === "" && url.password === "") return url;
  const wanted = "the URL of a gateway, such as http://localhost:8000";
  throw new SettingsError([{ path: "--url", wanted, got: "something else", source: "command line" }]);
}
