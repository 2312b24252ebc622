import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ICruiseOptions, ICruiseResult, IFlattenedRuleSet } from 'dependency-cruiser';
import { cruise } from 'dependency-cruiser';
import { z } from 'zod';
import type { Problem } from '../problem.ts';

/** What the import graph of a tree looks like, and where it breaks .dependency-cruiser.cjs. */
export interface Imports {
  readonly modules: number;
  /** Imports that lead from one package of ours into another. */
  readonly crossPackageEdges: number;
  readonly problems: readonly (Problem & { readonly rule: string })[];
}

const configSchema = z.object({
  forbidden: z.array(z.object({ name: z.string() }).loose()).min(1),
  options: z.object({}).loose(),
});

const folders = ['schemas', 'infra', 'streams', 'services'];

/** The rules of the repository that this file belongs to. */
export const rulesOf = (root: string) =>
  configSchema.parse(createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')));

/** Examines the packages below `tree` with the rules of the repository in `root`. */
export async function importsOf(paths: { root: string; tree: string }): Promise<Imports> {
  const { forbidden, options } = rulesOf(paths.root);
  // The shapes are the cruiser's own; it validates them itself.
  const ruleSet = { forbidden } as unknown as IFlattenedRuleSet;
  const how: ICruiseOptions = {
    ...options,
    baseDir: paths.tree,
    exclude: { path: '/dist/' },
    validate: true,
    ruleSet,
  };
  const { output } = await cruise(folders, how);
  if (typeof output === 'string') throw new Error('the cruiser reported text, not its result');
  return {
    modules: output.summary.totalCruised,
    crossPackageEdges: crossPackageEdgesOf(output),
    problems: output.summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      where: from,
      what: `${rule.name}: imports ${cycle?.map(({ name }) => name).join(' > ') ?? to}`,
    })),
  };
}

/** `schemas/kernel` of `schemas/kernel/src/ids.ts`; `null` outside our packages. */
function packageOf(path: string): string | null {
  const [folder = '', name = '', ...rest] = path.split('/');
  return folders.includes(folder) && rest.length > 0 ? `${folder}/${name}` : null;
}

function crossPackageEdgesOf({ modules }: ICruiseResult): number {
  let edges = 0;
  for (const { source, dependencies } of modules) {
    const from = packageOf(source);
    for (const { resolved } of dependencies) {
      const to = packageOf(resolved);
      if (from !== null && to !== null && from !== to) edges += 1;
    }
  }
  return edges;
}
