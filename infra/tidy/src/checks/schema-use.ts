import type { Problem } from '../problem.ts';
import type { Tree } from '../tree.ts';
import { isSource, isTestCode } from '../tree.ts';

/**
 * Records of the catalogue, by full name, that no code outside schemas/events mentions: nobody
 * writes them, nobody reads them, and they are kept for ever all the same.
 */
export function unusedSchemas(tree: Tree, records: readonly string[]): readonly Problem[] {
  const words = new Set<string>();
  for (const [path, text] of tree) {
    if (!isSource(path) || isTestCode(path) || path.startsWith('schemas/')) continue;
    for (const [word] of text.matchAll(/\b[A-Z][A-Za-z0-9]+\b/g)) words.add(word);
  }
  return [...new Set(records)]
    .filter((name) => !words.has(name.slice(name.lastIndexOf('.') + 1)))
    .map((name) => ({ where: 'schemas/events/avro', what: `${name} has no producer or consumer` }));
}
