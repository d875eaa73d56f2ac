import { expect, test } from "bun:test";
import { join } from "node:path";
import { Type } from "typebox";
import { Compile } from "typebox/compile";
import { gatewayWithAccessLog, gatewayWithEmptyChain } from "./competitors/gateway.ts";
import { fetchProxy } from "./competitors/fetch-proxy.ts";
import { haproxy } from "./competitors/haproxy.ts";
import { nginx } from "./competitors/nginx.ts";

const positive = Type.Number({ exclusiveMinimum: 0 });

const report = Compile(
  Type.Object({
    scenarios: Type.Array(
      Type.Object({
        rows: Type.Array(
          Type.Object({
            name: Type.String(),
            verified: Type.Literal(true),
            cpu_us_per_request: positive,
            ratio: positive,
            requests_per_second: positive,
            p50_ms: positive,
            p99_ms: positive,
            core_share: positive,
          }),
        ),
        skipped: Type.Array(Type.Object({ name: Type.String(), reason: Type.String() })),
        bound: Type.Object({ max_ratio: Type.Literal(1.25), ratio: positive, passed: Type.Boolean() }),
      }),
      { minItems: 1 },
    ),
    registry: Type.Object({
      services: Type.Literal(20),
      instances: Type.Literal(100),
      registration_median_ms: positive,
      resident_mib: positive,
      checks_highest: positive,
    }),
    micro: Type.Array(Type.Object({ name: Type.String(), ns_per_operation: positive, ratio: positive }), {
      minItems: 1,
    }),
  }),
);

test.if(process.platform === "linux")(
  "prints one verified row per competitor that is installed, as JSON alone on stdout",
  async () => {
    const command = [
      process.execPath,
      join(import.meta.dir, "run.ts"),
      "--seconds",
      "0.3",
      "--rounds",
      "1",
      "--services",
      "20",
      "--json",
    ];
    await using bench = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
    const [output, text, exitCode] = await Promise.all([
      new Response(bench.stdout).text(),
      new Response(bench.stderr).text(),
      bench.exited,
    ]);
    expect(exitCode, text).toBe(0);
    expect(text).toContain("CPU us/request");

    const [scenario] = report.Parse(JSON.parse(output)).scenarios;
    const installed = [nginx, haproxy].filter(({ unavailable }) => unavailable?.() === undefined);
    expect(scenario?.rows.map(({ name }) => name)).toEqual(
      [fetchProxy, gatewayWithEmptyChain, gatewayWithAccessLog, ...installed].map(({ name }) => name),
    );
    expect(scenario?.skipped).toHaveLength(2 - installed.length);
    expect(scenario?.rows[0]?.ratio).toBe(1);
  },
  60_000,
);
