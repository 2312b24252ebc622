import { z } from 'zod';
import type { Problem } from '../problem.ts';
import type { Tree } from '../tree.ts';
import { packageOf } from '../tree.ts';

const manifestSchema = z.object({ name: z.string(), description: z.string().optional() });

/** Every package has its folder's name, a description and one index.ts that lists what it offers. */
export function packageProblems(tree: Tree): readonly Problem[] {
  const folders = new Set([...tree.keys()].map(packageOf).filter((name) => name !== null));
  return [...folders].flatMap((folder) => {
    const where = `${folder}/package.json`;
    const text = tree.get(where);
    if (text === undefined) return [{ where, what: 'is missing' }];
    const { name, description = '' } = manifestSchema.parse(JSON.parse(text));
    const expected = `@plumbline/${folder.split('/')[1] ?? ''}`;
    const index = tree.get(`${folder}/src/index.ts`);
    return [
      ...(name === expected ? [] : [{ where, what: `is called ${name}, not ${expected}` }]),
      ...(description.trim() === '' ? [{ where, what: 'has no description' }] : []),
      ...(index === undefined ? [{ where: `${folder}/src/index.ts`, what: 'is missing' }] : []),
      ...(/^export \*/m.test(index ?? '')
        ? [{ where: `${folder}/src/index.ts`, what: 'exports * where it should list names' }]
        : []),
    ];
  });
}

/** What a build writes is made again on every machine, and goes stale when it is committed. */
export const committedOutput = (tree: Tree): readonly Problem[] =>
  [...tree.keys()]
    .filter((path) => /(^|\/)(dist|node_modules|\.turbo|coverage)\//.test(path))
    .map((path) => ({ where: path, what: 'is the output of a build: git rm --cached' }));
