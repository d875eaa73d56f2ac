import * as print from "./print.ts";
import type { DemoUser } from "./user.ts";

const path = "/api/v1/auth/token";

/** Logs in with the user's password and returns the access token. Shows the answer without it. */
export async function logIn(gateway: string, { username, password }: DemoUser): Promise<string> {
  print.request(`log in as ${username}`, "POST", path);
  const startedMs = performance.now();
  const response = await fetch(gateway + path, {
    method: "POST",
    body: new URLSearchParams({ username, password }),
    proxy: false,
  });
  const answer: unknown = await response.json();
  const { access_token: token, ...rest } = Object(answer) as Record<string, unknown>;
  if (response.status !== 200 || typeof token !== "string") {
    throw new Error(`log in: wanted 200 with an access token, got ${response.status} ${JSON.stringify(answer)}`);
  }
  const shown = JSON.stringify({ access_token: "...", ...rest, refresh_token: "..." });
  print.answer(response.status, performance.now() - startedMs, shown);
  return token;
}
