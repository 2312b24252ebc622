import type { Problem } from '../problem.ts';
import { codeLinesOf } from '../source-text.ts';
import type { Tree } from '../tree.ts';
import { isSource, isSpec } from '../tree.ts';

/** Of code, without blank lines and comments. */
const fileLinesMax = 400;
/** A main.ts only puts together what others made. */
const mainLinesMax = 40;

export function longFiles(tree: Tree): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (!isSource(path) || isSpec(path)) continue;
    const lines = codeLinesOf(text);
    const max = path.endsWith('/main.ts') ? mainLinesMax : fileLinesMax;
    if (lines > max)
      problems.push({ where: path, what: `has ${lines} lines of code, ${max} at most` });
  }
  return problems;
}

/** Words that say nothing about what is inside. */
const emptyWords = /(^|-)(utils?|helpers?|common|managers?|misc|shared|impl)(-|\.|$)/;
const implementation = /(Impl|_impl)\b/;

export function badFileNames(tree: Tree): readonly Problem[] {
  const problems: Problem[] = [];
  for (const path of tree.keys()) {
    if (!isSource(path)) continue;
    for (const part of path.split('/').slice(1)) {
      // A process manager is a term of the trade (docs/glossary.md).
      if (emptyWords.test(part.replace('process-manager', '')) || implementation.test(part))
        problems.push({ where: path, what: `${part} says nothing about what is inside` });
      else if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part))
        problems.push({ where: path, what: `${part} is not kebab-case` });
    }
  }
  return problems;
}

const leftovers: readonly (readonly [RegExp, string])[] = [
  [/\b(TODO|FIXME)\b/, 'leaves work to somebody'],
  [/@ts-(ignore|nocheck|expect-error)\b/, 'silences the compiler'],
  [/eslint-disable(?!.* -- \S)/, 'silences the linter without a reason (-- why)'],
];

/** Work put off, and checks put out. */
export function leftoversIn(tree: Tree): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (!isSource(path) || path.startsWith('infra/tidy/')) continue;
    for (const [index, line] of text.split('\n').entries())
      for (const [pattern, what] of leftovers)
        if (pattern.test(line)) problems.push({ where: `${path}:${index + 1}`, what });
  }
  return problems;
}
