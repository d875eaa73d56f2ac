import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import {
  anchorsOf,
  brokenLinks,
  findCycle,
  importsOf,
  readSources,
  repository,
  withoutComments,
} from "./support/source.ts";

const files = await readSources(["src", "plugins", "sdk"]);
const examples = files.filter(({ path }) => path.startsWith("sdk/examples/"));
const house = files.filter((file) => !examples.includes(file));

const roomOf = (path: string): string => path.split("/", 1)[0] ?? "";
const folderOf = (path: string): string => path.split("/", 2).join("/");
const isOurs = (path: string): boolean => /^(?:src|plugins|sdk|test|\.ci)\//.test(path);

/** Every arrow between our own files that a rule forbids, as `from -> to`. */
function arrows(from: readonly (typeof files)[number][], isForbidden: (to: string, from: string) => boolean): string[] {
  return from.flatMap(({ path, imports }) =>
    imports.filter((to) => isForbidden(to, path)).map((to) => `${path} -> ${to}`),
  );
}

test("there is something to look at", () => {
  expect(files.length).toBeGreaterThan(60);
  expect(arrows(house, isOurs).length).toBeGreaterThan(100);
});

describe("who may know whom", () => {
  test("every import of ours leads to a file", () => {
    expect(arrows(files, (to) => isOurs(to) && !existsSync(join(repository, to)))).toEqual([]);
  });

  test("one list names the core plugins, and only src/main.ts reads it", () => {
    const list = "src/core-plugins.ts";
    const seers = house.filter(
      ({ path, imports }) => roomOf(path) === "src" && imports.some((to) => roomOf(to) === "plugins"),
    );
    expect(seers.map(({ path }) => path)).toEqual([list]);
    expect(arrows(house, (to) => to === list)).toEqual([`src/main.ts -> ${list}`]);
    expect(arrows(house, (to) => to === "src/main.ts")).toEqual([]);
  });

  test("a plugin knows the sdk and its own folder", () => {
    const plugins = house.filter(({ path }) => roomOf(path) === "plugins");
    expect(
      arrows(plugins, (to, from) => isOurs(to) && roomOf(to) !== "sdk" && folderOf(to) !== folderOf(from)),
    ).toEqual([]);
  });

  test("the sdk knows nobody, and needs neither Bun nor Elysia", () => {
    const sdk = house.filter(({ path }) => roomOf(path) === "sdk");
    expect(arrows(sdk, (to) => isOurs(to) && roomOf(to) !== "sdk")).toEqual([]);
    // What is not typebox becomes part of the package when it is built.
    const allowed = /^(?:typebox(?:\/|$)|structured-headers$|@elysiajs\/eden\/treaty2$)/;
    // A gateway for tests is a process: that takes Node, or who speaks like it.
    const isOfTests = (path: string): boolean => path.startsWith("sdk/testing/");
    const mayBe = (to: string, from: string): boolean =>
      allowed.test(to) || (isOfTests(from) && to.startsWith("node:"));
    expect(arrows(sdk, (to, from) => !isOurs(to) && !mayBe(to, from))).toEqual([]);
    expect(sdk.filter(({ code }) => /\bBun\./.test(withoutComments(code)))).toEqual([]);
  });

  test("the sdk is imported by its name, as anybody else would", () => {
    const outside = house.filter(({ path }) => roomOf(path) !== "sdk");
    const relative = outside.filter(({ code }) => /from "(?:\.\.?\/)+sdk\//.test(code));
    expect(relative.map(({ path }) => path)).toEqual([]);
  });

  test("an example knows the sdk and the other examples", () => {
    expect(arrows(examples, (to) => isOurs(to) && roomOf(to) !== "sdk")).toEqual([]);
  });

  test("nobody in the house knows the examples, the tests or the tools", () => {
    expect(arrows(house, (to) => /^(?:test|\.ci|sdk\/examples)\//.test(to))).toEqual([]);
  });

  test("there is no circle, not even of types", () => {
    expect(findCycle(files)).toBeUndefined();
  });

  test("the process belongs to src/main.ts, and to src/fetch-limit.ts before it; a service's own, to what stops it; a test's, to who finds it a gateway", () => {
    const owns =
      /\bprocess\.(?:argv|env|exit|exitCode|execve|abort|kill|on|once|chdir)\b|\b(?:Bun|import\.meta)\.(?:env|argv)\b/;
    const owners = house.filter(({ code }) => owns.test(withoutComments(code))).map(({ path }) => path);
    expect(owners).toEqual([
      "sdk/service/elysia/stop-signals.ts",
      "sdk/testing/find-executable.ts",
      "src/fetch-limit.ts",
      "src/main.ts",
    ]);
  });

  test("the environment is changed before anything else runs", () => {
    const main = house.find(({ path }) => path === "src/main.ts");
    expect(importsOf(main?.code ?? "")[0]).toBe("./fetch-limit.ts");
  });

  test("@elysiajs/swagger, Elysia's own types and typebox 1.x never meet in a schema: one file imports one of them", () => {
    const both = house.filter(
      ({ code }) => /\bt\b[^"]*from "elysia"/.test(code) && /Type\.(?!Object\(\{\}\))/.test(code),
    );
    expect(both.map(({ path }) => path)).toEqual([]);
  });
});

describe("how files are written", () => {
  test("their names are kebab-case, and none is a bag", () => {
    const odd = files.filter(({ path }) => !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.d)?\.ts$/.test(basename(path)));
    const bags = files.filter(({ path }) => /^(?:utils?|helpers?|common|misc)\.ts$/.test(basename(path)));
    expect([...odd, ...bags].map(({ path }) => path)).toEqual([]);
  });

  test("nothing is exported as default, but plugins for PLUGINS_DIR and declarations of what others export so", () => {
    // The last one is the text of such a plugin.
    const isDefault = (path: string): boolean =>
      path.endsWith(".d.ts") || path.startsWith("sdk/examples/plugins/") || path === "src/cli/plugin-starter.ts";
    const defaults = files.filter(({ code }) => /^\s*export default\b|\bas default\b/m.test(withoutComments(code)));
    expect(defaults.map(({ path }) => path).filter((path) => !isDefault(path))).toEqual([]);
  });

  test("no type is `any`, and no complaint of the compiler is silenced", () => {
    const silenced = /(?:[:<|&,(]|\bas|\bextends|=)\s*any\b(?!\s*\()|@ts-(?:ignore|nocheck|expect-error)/;
    const loose = files.filter(({ code }) => silenced.test(code.replaceAll(/^\s*(?:\/\/(?!\s*@)|\/?\*).*$/gm, "")));
    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  test("each fits in a head: at most 300 lines, half of them under 100", () => {
    const lines = house.map(({ path, code }) => ({ path, count: code.split("\n").length - 1 }));
    expect(lines.filter(({ count }) => count > 300)).toEqual([]);
    const median = lines.map(({ count }) => count).toSorted((a, b) => a - b)[Math.floor(lines.length / 2)];
    expect(median).toBeLessThan(100);
  });
});

describe("what is written about it", () => {
  const paths = ["README.md", ...new Bun.Glob("docs/**/*.md").scanSync(repository)].filter((path) =>
    existsSync(join(repository, path)),
  );

  test("there is some", () => {
    expect(paths).not.toEqual([]);
  });

  test.each(paths)("every link of %s leads somewhere", async (path) => {
    expect(await brokenLinks(path, await Bun.file(join(repository, path)).text())).toEqual([]);
  });
});

describe("the readers of this test", () => {
  test("see every way to import", () => {
    const code = `
      import "./a.ts";
      import type { B } from "./b.ts";
      import { type C, type D } from './c.ts';
      import e, {
        f,
      } from "./e.ts";
      export { g } from "./g.ts";
      export * from "./h.ts";
      export type { I } from "./i.ts";
      type J = import("./j.ts").J;
      const k = await import("./k.ts");
      import l from "./l.js" with { type: "file" };
      // import m from "./m.ts";
      /* import n from "./n.ts"; */
      const url = "http://x/from"; const text = 'from "./o.ts"';
      console.log(e, f, k, l);`;
    expect(importsOf(code).toSorted()).toEqual(
      ["a", "b", "c", "e", "g", "h", "i", "j", "k"].map((name) => `./${name}.ts`).concat("./l.js"),
    );
  });

  test("find a circle, and none where there is none", () => {
    const file = (path: string, ...imports: string[]) => ({ path, imports });
    expect(findCycle([file("a", "b", "c"), file("b", "d"), file("c", "d"), file("d")])).toBeUndefined();
    expect(findCycle([file("x", "a"), file("a", "b"), file("b", "c"), file("c", "a")])).toEqual(["a", "b", "c", "a"]);
    expect(findCycle([file("a", "a")])).toEqual(["a", "a"]);
  });

  test("know the anchors of headings", () => {
    const markdown =
      "# Circuit breaker configuration\n## `PORT`, and more!\n## Twice\n## Twice\n```\n# no heading\n```\n";
    expect([...anchorsOf(markdown)]).toEqual(["circuit-breaker-configuration", "port-and-more", "twice", "twice-1"]);
    expect(anchorsOf('<a id="by-hand"></a>')).toContain("by-hand");
  });

  test("find links that lead nowhere", async () => {
    const text =
      "# Here\n[a](#here) [b](#there) [c](package.json) [d](nothing.md#x) [e](https://x.test/y)\n`[f](gone.md)`\n";
    expect(await brokenLinks("README.md", text)).toEqual(["#there", "nothing.md#x"]);
  });
});
