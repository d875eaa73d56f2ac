import { join } from "node:path";
import type { Competitor } from "../scenario.ts";

export const fetchProxy: Competitor = {
  name: "bare fetch proxy",
  launch: ({ port, upstreamPort }) => ({
    command: [process.execPath, join(import.meta.dir, "../servers/fetch-proxy.ts")],
    environment: {
      PORT: String(port),
      UPSTREAM_URL: `http://127.0.0.1:${upstreamPort}`,
      // The gateway raises it too: by default Bun runs 256 requests at once.
      BUN_CONFIG_MAX_HTTP_REQUESTS: "8192",
    },
  }),
};
