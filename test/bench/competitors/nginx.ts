import { join } from "node:path";
import type { Competitor, LaunchPlace } from "../scenario.ts";

export const nginx: Competitor = {
  name: "nginx",
  unavailable: () => (Bun.which("nginx") === null ? "not installed: apt-get install nginx" : undefined),
  launch: async (place) => {
    const file = join(place.folder, "nginx.conf");
    await Bun.write(file, nginxConfig(place));
    // -e: else it first tries to open a log file that only root may write.
    return { command: ["nginx", "-e", "stderr", "-p", place.folder, "-c", file] };
  },
};

function nginxConfig({ port, upstreamPort, folder }: LaunchPlace): string {
  const temporaryPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  # By default a connection ends after 1,000 requests.
  keepalive_requests 1000000000;
  ${temporaryPaths.map((name) => `${name}_temp_path ${folder}/${name};`).join("\n  ")}
  upstream service {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://service;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;
}
