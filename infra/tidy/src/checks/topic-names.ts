import type { Problem } from '../problem.ts';
import { stringsOf } from '../source-text.ts';
import type { Tree } from '../tree.ts';
import { isSource, isTestCode } from '../tree.ts';

const cataloguePath = 'schemas/events/src/topics.ts';

/** The ends of a name that is put together from pieces. */
const pieceOfName = /\.(commands|events|outcomes|dead-letters|inbox-unverified)\.v\d/;

/** A topic is named in the catalogue and nowhere else, so that its policy is known wherever it is. */
export function topicsNamedElsewhere(tree: Tree, names: readonly string[]): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (!isSource(path) || isTestCode(path) || path === cataloguePath) continue;
    for (const piece of stringsOf(path, text)) {
      const named = names.find((name) => piece.text.includes(name));
      if (named === undefined && !pieceOfName.test(piece.text)) continue;
      const what = `names the topic ${named ?? piece.text}: take it from topics of @plumbline/events`;
      problems.push({ where: `${path}:${piece.line}`, what });
    }
  }
  return problems;
}
