import { describe, expect, test } from "bun:test";
import type { Stage } from "@isaas/gateway-sdk/plugin";
import { Type } from "typebox";
import { checkPlugins } from "../../src/pipeline/check-plugins.ts";
import { plugin } from "./plugins.ts";

describe("plugins are refused, by name, when", () => {
  test("two have one name", () => {
    expect(() => checkPlugins([plugin("auth"), plugin("auth")])).toThrow(
      new TypeError("plugin auth: name: wanted each name once, got it twice"),
    );
  });

  test.each(["", "Auth", "rate-limit", "9lives", "a b", "__proto__"])("a name is %p, no word in lower case", (name) => {
    expect(() => checkPlugins([plugin(name)])).toThrow(`plugin ${name}: name: wanted a word in lower case`);
  });

  test("a stage is misspelt", () => {
    expect(() => checkPlugins([plugin("auth", { stage: "identitiy" as Stage })])).toThrow(
      new TypeError(
        'plugin auth: stage: wanted one of edge, identity, admission, transform, upstream, got "identitiy"',
      ),
    );
  });

  test("one that another requires is not there", () => {
    expect(() => checkPlugins([plugin("limits", { requires: ["auth", "store"] }), plugin("store")])).toThrow(
      new TypeError("plugin limits: requires: wanted auth beside it, got none"),
    );
  });

  test("one is to come after another of a later stage, which it cannot", () => {
    const plugins = [plugin("early", { after: ["late"] }), plugin("late", { stage: "upstream" })];
    expect(() => checkPlugins(plugins)).toThrow(
      new TypeError("plugin early: after: wanted plugins of its own stage, got late of a later one"),
    );
  });

  test("a route that says nothing to one would say too little", () => {
    const routeOptions = Type.Object({ seconds: Type.Number() });
    expect(() => checkPlugins([plugin("cache", { routeOptions })])).toThrow(
      new TypeError("plugin cache: routeOptions: wanted a default for each property that is not optional, got none"),
    );
  });
});

test("what is required, what comes before and what has defaults is accepted", () => {
  const routeOptions = Type.Object({ a: Type.Number({ default: 1 }), b: Type.Optional(Type.String()) });
  const plugins = [
    plugin("first", { routeOptions }),
    plugin("second", { requires: ["first"], after: ["first", "one_that_is_not_installed"] }),
    plugin("third", { stage: "upstream", after: ["second"] }),
  ];
  expect(() => checkPlugins(plugins)).not.toThrow();
});
