import ts from 'typescript';
import type { Problem } from '../problem.ts';
import { lineOf, parse, walk } from '../source-text.ts';
import type { Tree } from '../tree.ts';
import { isSpec } from '../tree.ts';

const makers = new Set(['describe', 'it', 'test', 'suite']);
const silencers = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails']);
const silentMakers = new Set(['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe']);

/**
 * Tests of programs that are not part of the platform run where they are there; what is skipped for
 * want of one is counted and said. No other condition may keep a test from running.
 */
const conditions = new Set(['withPython', 'withMaven']);

/** Tests that do not run, or keep others from running, and specs of no tier, which nobody runs. */
export function silentTests(tree: Tree): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (
      /\.(spec|test)\.[cm]?[jt]sx?$/.test(path) &&
      !/\.(unit|int|e2e|campaign)\.spec\.ts$/.test(path)
    )
      problems.push({
        where: path,
        what: 'is of no tier: .unit.spec.ts, .int.spec.ts, .e2e.spec.ts, .campaign.spec.ts',
      });
    if (!isSpec(path)) continue;
    const file = parse(path, text);
    walk(file, (node) => {
      const silenced = silencedBy(node);
      if (silenced === null) return;
      problems.push({ where: `${path}:${lineOf(file, node)}`, what: `${silenced} in a spec` });
    });
  }
  return problems;
}

function silencedBy(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) {
    const { text } = node.name;
    const root = rootOf(node.expression);
    if (text === 'runIf' && conditions.has(argumentOf(node))) return null;
    if (silencers.has(text) && makers.has(root)) return `.${text}`;
    return text === 'skip' && ['context', 'ctx'].includes(root) ? '.skip' : null;
  }
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
    return silentMakers.has(node.expression.text) ? node.expression.text : null;
  return null;
}

/** `x` of `it.runIf(x)`. */
function argumentOf({ parent }: ts.Node): string {
  const [first] = ts.isCallExpression(parent) ? parent.arguments : [];
  return first !== undefined && ts.isIdentifier(first) ? first.text : '';
}

/** `it` of `it.concurrent.each`. */
function rootOf(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  if (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node))
    return rootOf(node.expression);
  return '';
}
