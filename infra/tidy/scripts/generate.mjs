/**
 * Writes the pages of docs/generated from the built code. With `--check` it writes nothing and
 * exits 1 when a page is not what it would write.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedPages, repositoryRoot } from '../dist/index.js';

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
};

for (const [page, text] of generatedPages()) {
  const path = join(repositoryRoot, page);
  if (textOf(path) === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${page} is stale: pnpm --filter @plumbline/tidy generate\n`);
    process.exitCode = 1;
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stderr.write(`${page} written\n`);
}
