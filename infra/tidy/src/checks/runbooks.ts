import { createProgram } from '@plumbline/cli';
import { rules as productRules } from '@plumbline/consistency-alerts';
import type { Problem } from '../problem.ts';
import type { Tree } from '../tree.ts';
import { alertRulesPath, rulesIn } from './monitoring.ts';

const folder = 'docs/runbooks/';
const list = `${folder}README.md`;

/** What every page answers, in this order. */
const questions = ['What it means', 'How it comes about', 'Look', 'Do', 'It ends', 'Do not'];

const pageOfRule = (rule: string): string => `rule-${rule.toLowerCase()}.md`;

/** Alerts that lead to no page, pages that answer too little, and commands that nobody can run. */
export function runbookProblems(tree: Tree): readonly Problem[] {
  const ids = productRules.map(({ id }) => id);
  const missing = ids
    .filter((id) => !tree.has(folder + pageOfRule(id)))
    .map((id) => ({ where: folder + pageOfRule(id), what: `rule ${id} has no runbook` }));
  const pages = [...tree].filter(
    ([path]) => path.startsWith(folder) && path.endsWith('.md') && path !== list,
  );
  return [
    ...missing,
    ...deadRunbooks(tree, ids),
    ...pages.flatMap(([path, text]) => [
      ...pageProblems(path, text),
      ...((tree.get(list) ?? '').includes(`(${path.slice(folder.length)})`)
        ? []
        : [{ where: path, what: 'is not in the list of runbooks' }]),
    ]),
    ...[...tree]
      .filter(([path]) => path.startsWith(folder) && path.endsWith('.md'))
      .flatMap(([path, text]) => commandProblems(path, text)),
  ];
}

/** Of each alert rule; where the page depends on the rule of the product, of each of those. */
function deadRunbooks(tree: Tree, ids: readonly string[]): readonly Problem[] {
  const text = tree.get(alertRulesPath);
  const alerts = text === undefined ? [] : rulesIn(text);
  if (typeof alerts === 'string') return [];
  return alerts.flatMap(({ alert, annotations: { runbook_url: url } }) => {
    const [, page = ''] = /^\{\{ \$externalLabels\.runbooks \}\}\/(.+)$/.exec(url) ?? [];
    const pages = page.includes('{{ $labels.rule | toLower }}')
      ? ids.map((id) => page.replace('{{ $labels.rule | toLower }}', id.toLowerCase()))
      : [page];
    return pages
      .filter((each) => !tree.has(folder + each))
      .map((each) => ({
        where: alertRulesPath,
        what: `${alert} leads to ${folder}${each}, which is not there`,
      }));
  });
}

function pageProblems(where: string, text: string): readonly Problem[] {
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.join() === questions.join()
    ? []
    : [{ where, what: `does not answer: ${questions.join(', ')}` }];
}

const shellBlock = /^```sh\n([\s\S]*?)^```/gm;

/** Lines `plumbline …` of shell blocks that are no command, or have options it does not know. */
function commandProblems(path: string, text: string): readonly Problem[] {
  const lines = [...text.matchAll(shellBlock)].flatMap(([, block = '']) => block.split('\n'));
  return lines
    .map((line) => line.replace(/#.*$/, '').trim())
    .filter((line) => line.startsWith('plumbline '))
    .flatMap((line) =>
      wrongWith(line.split(/\s+/).slice(1)).map((what) => ({
        where: path,
        what: `"${line}" ${what}`,
      })),
    );
}

function wrongWith(words: readonly string[]): readonly string[] {
  let command = createProgram(() => Promise.resolve());
  let rest = [...words];
  for (let next = subcommand(command, rest[0]); next !== undefined;) {
    command = next;
    rest = rest.slice(1);
    next = subcommand(command, rest[0]);
  }
  // One that has others below it may do something by itself, as its options say.
  const isOwn = rest[0]?.startsWith('--') === true;
  if (command.commands.length > 0 && !isOwn) return ['is no command'];
  const known = new Set(command.options.map(({ long }) => long));
  const unknown = rest.filter((word) => word.startsWith('--') && !known.has(word));
  const needed = command.options
    .filter(({ mandatory, long }) => mandatory && !rest.includes(long ?? ''))
    .map(({ long }) => `needs ${long}`);
  return [...unknown.map((option) => `has no option ${option}`), ...needed];
}

const subcommand = (command: ReturnType<typeof createProgram>, name: string | undefined) =>
  command.commands.find((each) => each.name() === name);
