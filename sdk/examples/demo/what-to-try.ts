import type { DemoUser } from "./user.ts";

/** Addresses and commands, ready to be copied. */
export function whatToTry(gateway: string, { username, password }: DemoUser): string[] {
  const token = '-H "Authorization: Bearer $TOKEN"';
  const post = `-X POST ${token} -H 'content-type: application/json'`;
  const api = `${gateway}/api/v1`;
  const login = `curl -s ${api}/auth/token -d 'username=${username}&password=${password}'`;
  return [
    `the documentation  ${gateway}/swagger`,
    `is it well?        ${gateway}/health`,
    "",
    `TOKEN=$(${login} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    `curl ${token} ${api}/users/me`,
    `curl ${token} ${api}/services`,
    `curl ${post} ${api}/context/analyze -d '{"action":"click","session_id":"demo"}'`,
    `curl ${token} ${api}/context/sessions/demo`,
    `curl ${post} ${api}/intent/classify -d '{"text":"please close my account"}'`,
    `curl ${post} ${api}/predict -d '{"features":[2,4,8],"model":"mean"}'`,
    `curl -N ${token} '${api}/realtime?channels=news'`,
    `curl ${post} ${api}/realtime -d '{"channel":"news","type":"greeting","data":"hello"}'`,
    `curl -i -H 'accept: application/problem+json' ${api}/nowhere`,
  ];
}
