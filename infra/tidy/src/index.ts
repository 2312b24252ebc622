export type { Imports } from './architecture/imports.ts';
export { importsOf } from './architecture/imports.ts';
export type { HouseRule } from './house-rules.ts';
export { houseRules } from './house-rules.ts';
export type { Problem } from './problem.ts';
export { linesOf } from './problem.ts';
export { repositoryRoot } from './repository-root.ts';
export type { Tree } from './tree.ts';
export { treeOf } from './tree.ts';
