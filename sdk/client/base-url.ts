/** Where a gateway answers. */
export interface BaseUrl {
  readonly origin: string;
  /** Segments of the path below which it is mounted. */
  readonly path: readonly string[];
}

/** Throws a TypeError that does not repeat the text: it may hold credentials. */
export function parseBaseUrl(text: string): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new TypeError("url: wanted the URL of a gateway, such as http://localhost:8000, without credentials");
  return { origin: url.origin, path: segmentsOf(url.pathname) };
}

export function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "");
}
