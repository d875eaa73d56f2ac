/** A plugin to begin with: it does something that can be seen, and has one of everything that most plugins need. */
export function pluginStarter(name: string): string {
  return `import { definePlugin } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";

/** Puts a header on the answers of each route that does not leave it out. */
export default definePlugin({
  name: "${name}",
  stage: "transform",
  // Settings: \`${name}_header\` in the file, ${name.toUpperCase()}_HEADER in the environment.
  options: Type.Object({
    ${name}_header: Type.String({ default: "x-${name.replaceAll("_", "-")}", pattern: "^[a-z0-9-]+$" }),
  }),
  // What a route may say, under \`${name}\`.
  routeOptions: Type.Object({
    off: Type.Boolean({ default: false }),
  }),
  setup(host, options) {
    const answers = host.metrics.counter("answers_total", "Answers with the header.", ["service"]);
    return {
      // Asked once for each route; whoever returns nothing costs that route nothing.
      route(route, { off }) {
        if (off) return undefined;
        return (next) => async (exchange) => {
          const response = await next(exchange);
          exchange.setHeader(options.${name}_header, String(response.status));
          answers.add({ service: route.service });
          return response;
        };
      },
    };
  },
});
`;
}

/** Its test, for \`bun test\`: against a gateway that runs the plugin. */
export function testStarter(name: string): string {
  const header = `x-${name.replaceAll("_", "-")}`;
  return `import { expect, test } from "bun:test";
import { startGateway, startUpstream } from "@isaas/gateway-sdk/testing";

test("answers carry the header, but where a route leaves it out", async () => {
  await using service = await startUpstream(() => ({ status: 201, body: { made: true } }));
  await using gateway = await startGateway({
    plugins: [new URL("${name}.ts", import.meta.url)],
    settings: {
      shop_service_url: service.url,
      routes: [
        { service: "shop_service", path_prefix: "/shop" },
        { service: "shop_service", path_prefix: "/plain", ${name}: { off: true } },
      ],
    },
  });
  const headers = { authorization: \`Bearer \${gateway.token()}\` };

  const answer = await gateway.fetch("/shop/carts/7", { method: "POST", headers, body: "{}" });
  expect(answer.status).toBe(201);
  expect(answer.headers.get("${header}")).toBe("201");
  expect(service.requests).toMatchObject([{ method: "POST", path: "/carts/7", body: "{}" }]);

  const plain = await gateway.fetch("/plain/carts/7", { headers });
  expect(plain.headers.get("${header}")).toBeNull();
});
`;
}
