import { describe, expect, test } from "bun:test";
import { runners } from "../cli/runners.ts";
import { pluginCode, pluginFolder, stamping } from "./plugin-folder.ts";

const declared = (code: string): string => `// A plugin\nexport default ${code};\n`;

/** What is in the directory, and what the start says of it, `DIR` being the directory. */
const broken: readonly (readonly [what: string, files: Record<string, string>, said: string])[] = [
  [
    "code that is none",
    { "a.ts": "const a = 1;\nconst b: = 2;\n" },
    "plugin a.ts: wanted a file that can be imported, got Unexpected = (DIR/a.ts:2)",
  ],
  [
    "several mistakes",
    { "a.ts": "\nconst = 3;" },
    'plugin a.ts: wanted a file that can be imported, got Expected identifier but found "=" (DIR/a.ts:2)',
  ],
  [
    "an import that leads nowhere",
    { "a.ts": '\n\nimport { x } from "./gone.ts";\nexport default x;' },
    "plugin a.ts: wanted a file that can be imported, got Cannot find module './gone.ts' imported from DIR/a.ts (DIR/a.ts:3)",
  ],
  [
    "a package that nobody has installed",
    { "a.ts": 'import x from "not-a-package-of-ours";\nexport default x;' },
    "plugin a.ts: wanted a file that can be imported, got Cannot find package 'not-a-package-of-ours' imported from DIR/a.ts (DIR/a.ts:1)",
  ],
  [
    "an import of what is not exported",
    { "a.ts": '\nimport { Typ } from "typebox";\nexport default Typ;' },
    "plugin a.ts: wanted a file that can be imported, got Export named 'Typ' not found in module 'typebox'. (DIR/a.ts:2)",
  ],
  [
    "a mistake in a file of its folder",
    { "a/index.ts": 'export { default } from "./part.ts";', "a/part.ts": "\n\nconst ( = 3;" },
    'plugin a: wanted a file that can be imported, got Expected identifier but found "(" (DIR/a/part.ts:3)',
  ],
  [
    "code that throws when it is imported",
    { "a.ts": '// One\n\nthrow new Error("no such table");\n' },
    "plugin a.ts: wanted a file that can be imported, got no such table (DIR/a.ts:3)",
  ],
  [
    "no default export",
    { "a.ts": "export const a = 1;" },
    "plugin a.ts: default: wanted what definePlugin gives, as the default export, got nothing (DIR/a.ts)",
  ],
  [
    "another default export",
    { "a.js": declared("() => 1") },
    "plugin a.js: default: wanted what definePlugin gives, as the default export, got a function (DIR/a.js:2)",
  ],
  [
    "a stage that there is not",
    { "a.ts": pluginCode("a", "{}", 'stage: "identitiy" as never,') },
    'plugin a.ts: stage: wanted one of edge, identity, admission, transform, upstream, got "identitiy" (DIR/a.ts:5)',
  ],
  [
    "options that are no object",
    { "a.ts": pluginCode("a", "{}", "options: Type.String() as never,") },
    "plugin a.ts: options: wanted a schema made by Type.Object, with words in lower case as its keys, got something else (DIR/a.ts:5)",
  ],
  [
    "a key that there is not",
    { "a.ts": pluginCode("a", "{}", '...{ onFault: "refuse" },') },
    "plugin a.ts: onFault: wanted one of name, stage, options, setup, after, requires, enforces, routeOptions, check, checkRoute, budgetMs, startBudgetMs, onFaults, faultLimit, got an unknown name (DIR/a.ts:5)",
  ],
  [
    "a guard that would step aside",
    { "a.ts": pluginCode("a", "{}", 'stage: "identity", onFaults: "disable",') },
    'plugin a.ts: onFaults: wanted refuse or disable, and refuse for a plugin that guards, got "disable" (DIR/a.ts:5)',
  ],
  [
    "the name of a core plugin",
    { "a.ts": pluginCode("auth", "{}") },
    "plugin a.ts: name: wanted each name once, got it twice (DIR/a.ts)",
  ],
  [
    "a name twice",
    { "a.ts": pluginCode("same", "{}"), "b.ts": pluginCode("same", "{}") },
    "plugin b.ts: name: wanted each name once, got it twice (DIR/b.ts)",
  ],
  [
    "a name that routes use",
    { "a.ts": pluginCode("timeout", "{}") },
    'plugin a.ts: name: wanted a word in lower case that is no key of a route, got "timeout" (DIR/a.ts:5)',
  ],
  [
    "a setting of the gateway",
    { "a.ts": pluginCode("a", "{}", "options: Type.Object({ port: Type.Integer() }),") },
    "plugin a.ts: options: wanted names of their own, got port, which is taken (DIR/a.ts)",
  ],
  [
    "one that is required and not there",
    { "a.ts": pluginCode("a", "{}", 'requires: ["nobody"],') },
    "plugin a.ts: requires: wanted nobody beside it, got none (DIR/a.ts)",
  ],
  [
    "route options without a default",
    { "a.ts": pluginCode("a", "{}", "routeOptions: Type.Object({ n: Type.Number() }),") },
    "plugin a.ts: routeOptions: wanted a default for each property that is not optional, got none (DIR/a.ts)",
  ],
  [
    "a set-up that throws",
    { "a.ts": pluginCode("a", "", 'setup() {\n    throw new Error("no key");\n  },') },
    "plugin a.ts: setup: wanted a call that succeeds, got no key (DIR/a.ts:10)",
  ],
  [
    "a set-up that never ends",
    { "a.ts": pluginCode("a", "", "startBudgetMs: 50,\n  setup: () => new Promise<never>(() => {}),") },
    "plugin a.ts: setup: wanted a call that succeeds, got no end within 50 ms (DIR/a.ts:10)",
  ],
  [
    "a set-up that gives something else",
    { "a.ts": pluginCode("a", "{ routes: () => undefined } as never") },
    "plugin a.ts: setup: wanted a call that succeeds, got wanted route, explain, own, start, ready, reload, close, endpoints from setup, got routes (DIR/a.ts:10)",
  ],
  ...[
    ["null as never", "wanted parts of a plugin from setup, got null"],
    ['{ route: "none" } as never', "wanted a function as route, got string"],
    ["{ endpoints: {} } as never", "wanted an Elysia instance as endpoints, got another"],
  ].map(
    ([returned = "", got]) =>
      [
        `a set-up that gives ${returned}`,
        { "a.ts": pluginCode("a", returned) },
        `plugin a.ts: setup: wanted a call that succeeds, got ${got} (DIR/a.ts:10)`,
      ] as const,
  ),
  [
    "a route that it cannot make a chain for",
    {
      "a.ts": pluginCode("a", '{\n    route() {\n      throw new Error("no rule");\n    },\n  }'),
    },
    "plugin a.ts: route: wanted a call that succeeds, got no rule (DIR/a.ts:12)",
  ],
  [
    "an endpoint that the gateway has",
    { "a.ts": pluginCode("a", '{ endpoints: new Elysia().get("/health", () => "well") }') },
    "plugin a.ts: endpoints: wanted a call that succeeds, got endpoint GET /health: wanted one answer, got two (DIR/a.ts:10)",
  ],
  [
    "metrics by a name that is taken",
    { "a.ts": pluginCode("faults", '{ start: host.metrics.counter("total", "x").add }') },
    "plugin a.ts: setup: wanted a call that succeeds, got metrics: wanted a name of its own, got gateway_plugin_faults_total, which is taken (DIR/a.ts:10)",
  ],
];

describe.each(runners)("%s refuses to start with", (_, run) => {
  const environment = { SHOP_SERVICE_URL: "http://127.0.0.1:9" };

  test.each(broken)("%s, and says where", async (_, files, said) => {
    using folder = pluginFolder(files);
    const { code, stderr } = await run(["check", "--plugins", folder.path], environment);
    expect(stderr.replaceAll(folder.path, "DIR")).toBe(`${said}\n`);
    expect(code).toBe(1);
  });
});

describe.each(runners)("%s says everything at once", (_, run) => {
  test("what is wrong with plugins, with their settings, and with the rest", async () => {
    using folder = pluginFolder({
      "a.ts": "const = 1;",
      "b.ts": stamping("b", "x", "options: Type.Object({ b_depth: Type.Integer({ maximum: 9 }) }),"),
      "c.ts": stamping(
        "c",
        "x",
        'options: Type.Object({ c_word: Type.String({ default: "x" }) }), check: () => [{ path: "c_word", wanted: "another", got: "this one" }],',
      ),
      "d.ts": stamping("d", "x", 'check() { throw new Error("checked badly"); },'),
    });
    const { code, stderr } = await run(["check", "--plugins", folder.path], { B_DEPTH: "10", DRAIN_SECONDS: "-1" });
    expect(stderr.replaceAll(folder.path, "DIR").split("\n").toSorted()).toEqual([
      "",
      "b_depth: wanted an integer, at most 9, got 10 (B_DEPTH)",
      "c_word: wanted another, got this one (C_WORD)",
      "drain_seconds: wanted a number from 0 to 3600, got -1 (DRAIN_SECONDS)",
      'plugin a.ts: wanted a file that can be imported, got Expected identifier but found "=" (DIR/a.ts:1)',
      "plugin d.ts: check: wanted a call that succeeds, got checked badly (DIR/d.ts:9)",
    ]);
    expect(code).toBe(1);
  });

  test("a setting of a plugin that has no default and that nobody sets", async () => {
    using folder = pluginFolder({ "a.ts": stamping("a", "x", "options: Type.Object({ a_key: Type.String() }),") });
    expect(await run(["check", "--plugins", folder.path])).toMatchObject({
      code: 1,
      stderr: "a_key: wanted a string, got nothing (A_KEY)\n",
    });
    expect(await run(["check", "--plugins", folder.path], { A_KEY: "x" })).toMatchObject({ code: 0 });
  });

  test.each([
    ["a directory that is not there", "/nowhere/plugins", "no such directory"],
    ["a file", import.meta.path, "no directory"],
  ])("%s is no directory of plugins", async (_, path, got) => {
    const { code, stderr } = await run(["check"], { PLUGINS_DIR: path });
    expect(stderr).toBe(`plugins_dir: wanted a directory that only its owner can write, got ${got} (${path})\n`);
    expect(code).toBe(1);
  });
});
