import { join } from "node:path";
import { DockerfileParser, type Instruction, Keyword, ModifiableInstruction } from "dockerfile-ast";

export const repository = join(import.meta.dirname, "../..");

export interface Step {
  readonly keyword: string;
  readonly flags: Readonly<Record<string, string>>;
  /** What follows keyword and flags, as written. */
  readonly text: string;
}

export type Stage = readonly [from: Step, ...Step[]];

/** The stages of the repository's Dockerfile. Throws on an instruction that Docker does not know. */
export async function readStages(): Promise<Stage[]> {
  const parsed = DockerfileParser.parse(await Bun.file(join(repository, "Dockerfile")).text());
  const stages: [Step, ...Step[]][] = [];
  for (const step of parsed.getInstructions().map(toStep)) {
    if (!Object.hasOwn(Keyword, step.keyword)) throw new SyntaxError(`unknown instruction ${step.keyword}`);
    if (step.keyword === "FROM") stages.push([step]);
    else stages.at(-1)?.push(step);
  }
  return stages;
}

export function stepsOf(stage: Stage, keyword: string): Step[] {
  return stage.filter((step) => step.keyword === keyword);
}

/** The words of a step; of its JSON form, when it has one (`CMD ["a", "b"]`). */
export function wordsOf({ text }: Step): string[] {
  const json = /^(?:CMD )?(\[.*\])$/.exec(text)?.[1];
  return json === undefined ? text.split(" ") : JSON.parse(json);
}

function toStep(instruction: Instruction): Step {
  const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
  return {
    keyword: instruction.getKeyword(),
    flags: Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue() ?? ""])),
    text: instruction
      .getArguments()
      .map((argument) => argument.getValue())
      .join(" "),
  };
}
