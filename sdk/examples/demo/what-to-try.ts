/** Addresses and commands, ready to be copied. */
export function whatToTry(gateway: string): string[] {
  const post = "-X POST -H 'content-type: application/json'";
  const api = `${gateway}/api/v1`;
  return [
    `the documentation  ${gateway}/swagger`,
    `is it well?        ${gateway}/health`,
    "",
    `curl ${post} ${api}/context/analyze -d '{"action":"click","session_id":"demo"}'`,
    `curl ${api}/context/sessions/demo`,
    `curl ${post} ${api}/intent/classify -d '{"text":"please close my account"}'`,
    `curl ${post} ${api}/predict -d '{"features":[2,4,8],"model":"mean"}'`,
    `curl -N '${api}/realtime?channels=news'`,
    `curl ${post} ${api}/realtime -d '{"channel":"news","type":"greeting","data":"hello"}'`,
    `curl -i -H 'accept: application/problem+json' ${api}/nowhere`,
  ];
}
