export { fillDefaults } from "./validation/fill-defaults.ts";
export { findMistakes, type Mistake } from "./validation/mistakes.ts";
export { type DescribedSchema, describeWanted } from "./validation/wanted.ts";
