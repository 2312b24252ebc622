import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A small repository on disk, in the shape of this one. */
export interface PlantedTree {
  readonly root: string;
  remove(): void;
}

/**
 * Writes files (by path) and, for every package they belong to, the manifest and the link that make
 * its name resolve to its source, as pnpm does.
 */
export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'plumbline-tidy-')));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const packages = new Set(Object.keys(files).map((path) => path.split('/').slice(0, 2).join('/')));
  mkdirSync(join(root, 'node_modules', '@plumbline'), { recursive: true });
  for (const folder of ['schemas', 'infra', 'streams', 'services'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const path of packages) {
    const name = path.slice(path.indexOf('/') + 1);
    const exports = {
      '.': { '@plumbline/source': './src/index.ts', default: './dist/index.js' },
      './testing': { '@plumbline/source': './src/testing/index.ts' },
    };
    put(`${path}/package.json`, JSON.stringify({ name: `@plumbline/${name}`, exports }));
    symlinkSync(join(root, path), join(root, 'node_modules', '@plumbline', name));
  }
  for (const [path, text] of Object.entries(files)) put(path, text);
  return { root, remove: () => rmSync(root, { recursive: true }) };
}
