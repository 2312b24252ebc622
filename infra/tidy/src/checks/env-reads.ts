import ts from 'typescript';
import type { Problem } from '../problem.ts';
import { lineOf, parse, walk } from '../source-text.ts';
import type { Tree } from '../tree.ts';
import { isSource, isTestCode } from '../tree.ts';

/** Entries that hand the environment on, and the applications that pass it to what they start. */
const allowed = [
  /\/config\.ts$/,
  /^infra\/(config|local|testing|demo)\//,
  /^infra\/(cli|bench)\/src\/main\.ts$/,
];

/** Each variable has one schema, in a config.ts: elsewhere it would be neither checked nor listed. */
export function environmentReads(tree: Tree): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (!isSource(path) || isTestCode(path) || !text.includes('process')) continue;
    if (allowed.some((pattern) => pattern.test(path))) continue;
    const file = parse(path, text);
    walk(file, (node) => {
      if (!isEnvironment(node) || isParsed(node) || isForTests(node)) return;
      const what = 'reads process.env outside config.ts';
      problems.push({ where: `${path}:${lineOf(file, node)}`, what });
    });
  }
  return problems;
}

function isEnvironment(node: ts.Node): boolean {
  const named =
    (ts.isPropertyAccessExpression(node) && node.name.text === 'env') ||
    (ts.isElementAccessExpression(node) &&
      ts.isStringLiteralLike(node.argumentExpression) &&
      node.argumentExpression.text === 'env');
  return named && ts.isIdentifier(node.expression) && node.expression.text === 'process';
}

/** `parseConfig(schema, process.env)` is how a config.ts is put to use. */
function isParsed({ parent }: ts.Node): boolean {
  if (!ts.isCallExpression(parent)) return false;
  return ts.isIdentifier(parent.expression) && parent.expression.text === 'parseConfig';
}

/** `process.env['PLUMBLINE_TEST_KAFKA']`: the runner tells tests where its servers are. */
function isForTests({ parent }: ts.Node): boolean {
  if (!ts.isElementAccessExpression(parent)) return false;
  const { argumentExpression: name } = parent;
  return ts.isStringLiteralLike(name) && name.text.startsWith('PLUMBLINE_TEST_');
}
