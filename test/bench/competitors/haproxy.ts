import { join } from "node:path";
import type { Competitor, LaunchPlace } from "../scenario.ts";

export const haproxy: Competitor = {
  name: "HAProxy",
  unavailable: () => (Bun.which("haproxy") === null ? "not installed: apt-get install haproxy" : undefined),
  launch: async (place) => {
    const file = join(place.folder, "haproxy.cfg");
    await Bun.write(file, haproxyConfig(place));
    return { command: ["haproxy", "-db", "-f", file] };
  },
};

function haproxyConfig({ port, upstreamPort }: LaunchPlace): string {
  return `
global
  nbthread 1
  maxconn 1024

defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option http-keep-alive
  http-reuse always

frontend bench
  bind 127.0.0.1:${port}
  default_backend service

backend service
  server upstream 127.0.0.1:${upstreamPort}
`;
}
