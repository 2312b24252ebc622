import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The files of a repository: path with forward slashes, relative to its root, to text. */
export type Tree = ReadonlyMap<string, string>;

/** What is read as text; of anything else only the path counts. */
const textExtensions = new Set(
  '.ts .mts .cts .js .mjs .cjs .json .md .yml .yaml .avsc .py .sh .css .html .txt .toml'.split(' '),
);

/**
 * What is tracked, and what would be if it were added: a rule that only held for what is committed
 * would be met after the commit. Generated locks are left out, being written by their tool.
 */
export function treeOf(root: string): Tree {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const paths = listed.split('\0').filter((path) => path !== '' && path !== 'pnpm-lock.yaml');
  // A file that was deleted and not yet committed is listed all the same; so is a linked folder.
  const present = [...new Set(paths)].filter(
    (path) => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true,
  );
  return new Map(
    present.sort().map((path) => {
      const isText = textExtensions.has(extname(path)) || extname(path) === '';
      return [path, isText ? readFileSync(join(root, path), 'utf8') : ''];
    }),
  );
}

const packagePattern = /^(?:schemas|infra|streams|services)\/[^/]+\//;

/** `infra/kafka` of a path within it; `null` outside the packages. */
export const packageOf = (path: string): string | null =>
  packagePattern.exec(path)?.[0].slice(0, -1) ?? null;

export const isSpec = (path: string): boolean => path.endsWith('.spec.ts');
export const isGenerated = (path: string): boolean => /\/(generated|golden)\//.test(path);

/** TypeScript that people wrote, within the packages. */
export const isSource = (path: string): boolean =>
  packageOf(path) !== null && path.endsWith('.ts') && !isGenerated(path) && !/\/dist\//.test(path);

/** Code of tests alone: specs, and what only they use. */
export const isTestCode = (path: string): boolean =>
  isSpec(path) ||
  /\/(testing|contract)\//.test(path) ||
  /\/testing-[^/]+\.ts$/.test(path) ||
  /^infra\/(testing|integrity|bench)\//.test(path);
