import { describe, expect, it } from 'vitest';
import { houseRules } from './house-rules.ts';
import { linesOf } from './problem.ts';
import { repositoryRoot } from './repository-root.ts';
import { treeOf } from './tree.ts';

const repository = treeOf(repositoryRoot);
// In pieces, so that this file does not break the rule that it tries.
const registryHost = 'packages.' + 'acme.io';
const rootFolder = '/ro' + 'ot';

const record = { type: 'record', name: 'A', doc: 'An A.' };
const optional = { name: 'b', doc: 'B.', type: ['string', 'null'] };
const inline = {
  name: 'e',
  doc: 'E.',
  type: { type: 'enum', name: 'E', doc: 'E.', symbols: ['X'] },
};

function avro(schema: object, expected: string): readonly [string, string, string] {
  return ['schemas/events/avro/a/A.avsc', JSON.stringify(schema), expected];
}

const rulesPath = 'infra/monitoring/prometheus/alert-rules.yml';

/** A file of alert rules with one rule, and the code of one metric beside it. */
function alertRule(changes: {
  readonly expr?: string;
  readonly text?: string;
  readonly page?: string;
}) {
  const { expr = 'up == 0', text = 'It is so.', page = 'task-lag' } = changes;
  return `groups:
  - name: a
    rules:
      - alert: PlumblineA
        expr: ${expr}
        for: 1m
        labels: { severity: warning }
        annotations:
          summary: It is so.
          description: '${text}'
          runbook_url: '{{ $externalLabels.runbooks }}/${page}.md'
`;
}

function runbook(of: { readonly headings?: readonly string[]; readonly command?: string }): string {
  const all = ['What it means', 'How it comes about', 'Look', 'Do', 'It ends', 'Do not'];
  const headings = (of.headings ?? all).map((heading) => `## ${heading}\n`);
  return `# A\n${headings.join('')}\n\`\`\`sh\n${of.command ?? 'plumbline lag'}\n\`\`\`\n`;
}

/** Files, each of which breaks the rule it stands under, and what the rule must say of it. */
const planted: Readonly<Record<string, readonly (readonly [string, string, string])[]>> = {
  'a topic is named in topics.ts only': [
    ['services/a/src/a.ts', "\nread('orders.events.v1');", 'a.ts:2: names the topic'],
    ['services/a/src/a.ts', 'const x = `reads orders.commands.v1 now`;', 'names the topic'],
    ['services/a/src/a.ts', 'const x = `${context}.outcomes.v1`;', 'names the topic'],
  ],
  'every record of the catalogue has a producer or a consumer': [
    ['services/a/src/a.ts', 'export const a = 1;', 'plumbline.orders.OrderCreated has no'],
    ['services/a/src/a.unit.spec.ts', "const type = 'OrderCreated';", 'orders.OrderCreated has no'],
  ],
  'the environment is read in config.ts only': [
    ['services/a/src/a.ts', "const a = process.env['HOME'];", 'a.ts:1: reads process.env'],
    ['services/a/src/a.ts', "const a = process['env'].HOME;", 'reads process.env'],
    ['infra/http/src/a.ts', 'const { HOME } = process.env;', 'reads process.env'],
  ],
  'every test runs': [
    ['services/a/src/a.unit.spec.ts', "it.only('x', () => {});", '.only in a spec'],
    ['services/a/src/a.int.spec.ts', "describe.skipIf(!url)('x', () => {});", '.skipIf in a spec'],
    ['services/a/src/a.int.spec.ts', "it.concurrent.skip('x', () => {});", '.skip in a spec'],
    ['services/a/src/a.unit.spec.ts', "it('x', (context) => context.skip());", '.skip in a spec'],
    ['services/a/src/a.int.spec.ts', "it.runIf(sunny)('x', () => {});", '.runIf in a spec'],
    ['services/a/src/a.unit.spec.ts', "it.todo('x');", '.todo in a spec'],
    ['services/a/src/a.unit.spec.ts', "xit('x', () => {});", 'xit in a spec'],
    ['services/a/src/a.spec.ts', '', 'is of no tier'],
    ['services/a/src/a.test.ts', '', 'is of no tier'],
  ],
  'a file has 400 lines at most, a main.ts 40': [
    ['services/a/src/a.ts', 'const a = 1;\n'.repeat(401), 'has 401 lines of code, 400 at most'],
    ['services/a/src/main.ts', 'const a = 1;\n'.repeat(41), 'has 41 lines of code, 40 at most'],
  ],
  'the name of a file says what is inside': [
    ['services/a/src/utils.ts', '', 'utils.ts says nothing'],
    ['services/a/src/order-helpers.ts', '', 'order-helpers.ts says nothing'],
    ['services/a/src/common/a.ts', '', 'common says nothing'],
    ['services/a/src/task-manager.ts', '', 'task-manager.ts says nothing'],
    ['services/a/src/LogImpl.ts', '', 'LogImpl.ts says nothing'],
    ['services/a/src/orderState.ts', '', 'orderState.ts is not kebab-case'],
  ],
  'nothing is put off or silenced': [
    ['services/a/src/a.ts', '// TODO later', 'leaves work to somebody'],
    ['services/a/src/a.ts', '// @ts-ignore', 'silences the compiler'],
    ['services/a/src/a.ts', '// eslint-disable-next-line no-console', 'silences the linter'],
  ],
  'a package has its name, a description and an index.ts': [
    ['services/a/src/a.ts', '', 'services/a/package.json: is missing'],
    ['services/a/package.json', '{"name":"@plumbline/a"}', 'has no description'],
    ['services/a/package.json', '{"name":"@plumbline/b","description":"B"}', 'not @plumbline/a'],
    ['services/a/package.json', '{"name":"@plumbline/a"}', 'services/a/src/index.ts: is missing'],
  ],
  'no output of a build is committed': [['infra/a/dist/index.js', '', 'is the output of a build']],
  'an Avro schema explains itself and its enums can grow': [
    avro({ type: 'record', name: 'A', fields: [] }, 'A has no doc'),
    avro({ ...record, fields: [{ name: 'b', type: 'string' }] }, 'A.b has no doc'),
    avro({ ...record, fields: [optional] }, 'A.b is optional: null comes first'),
    avro({ type: 'enum', name: 'E', doc: 'E.', symbols: ['X'] }, 'E has no default'),
    avro({ type: 'enum', name: 'E', doc: 'E.', symbols: ['X'], default: 'Y' }, 'none of its'),
    avro({ ...record, fields: [inline] }, 'E has no default'),
  ],
  'no host of a registry and no path of one machine': [
    ['a.yml', `from: https://${registryHost}/npm/`, `a.yml:1: names the host ${registryHost}`],
    ['a.md', `see\n${rootFolder}/plumbline/a.ts`, 'a.md:2: names a path of one machine'],
    ['a.sh', `cd ${'/ho' + 'me'}/somebody/plumbline`, 'names a path of one machine'],
  ],
  'links within the documentation lead somewhere': [
    ['docs/a.md', '\n[there](gone.md)', 'docs/a.md:2: links to gone.md, which is not there'],
    ['docs/a.md', '# Here\n[there](#gone)', 'links to #gone, which has no such heading'],
  ],
  'a metric is named and described where it is made': [
    ['services/a/src/a.ts', 'm.counter({ name: `a_${b}`, help: "h" });', 'name is not written out'],
    ['services/a/src/a.ts', "m.gauge({ name: 'orders', help: 'h' });", 'not called plumbline_'],
    ['services/a/src/a.ts', "m.counter({ name: 'plumbline_a', help: 'h' });", 'end as one'],
    ['services/a/src/a.ts', "m.gauge({ name: 'plumbline_a_total', help: 'h' });", 'end as one'],
    ['services/a/src/a.ts', "m.histogram({ name: 'plumbline_a', help: 'h' });", 'end as one'],
    ['services/a/src/a.ts', "m.gauge({ name: 'plumbline_a', help: '' });", 'is not described'],
    [
      'services/a/src/a.ts',
      "m.gauge({ name: 'plumbline_a', help: 'h', labels: all });",
      'labels of plumbline_a are not written out',
    ],
    [
      'services/a/src/a.ts',
      "m.gauge({ name: 'plumbline_a', help: 'h' }); m.gauge({ name: 'plumbline_a', help: 'i' });",
      'plumbline_a is made otherwise',
    ],
  ],
  'what pages an operator asks for what exists': [
    [
      rulesPath,
      alertRule({ expr: 'plumbline_alert_open > 0' }),
      'plumbline_alert_open, which nobody',
    ],
    [rulesPath, alertRule({ expr: 'up == = 0' }), 'PlumblineA: is no PromQL'],
    [rulesPath, alertRule({ expr: 'up{topology="x"} == 0' }), 'up has no label topology'],
    [rulesPath, alertRule({ expr: 'sum by (rule) (up) == 0' }), 'groups by rule, which nothing'],
    [rulesPath, alertRule({ expr: 'process_cpu_seconds_total > 1' }), 'only grows'],
    [rulesPath, alertRule({ expr: 'rate(up[5m]) > 1' }), 'it has no rate'],
    [rulesPath, alertRule({ expr: 'sum(up{type="OrderPayed"})' }), 'there is no type OrderPayed'],
    [
      rulesPath,
      alertRule({ expr: 'sum(up) == 0', text: 'On {{ $labels.instance }}.' }),
      'shows instance, which the query does not leave',
    ],
    [rulesPath, alertRule({ text: 'no sentence' }), 'is no sentence'],
    [
      'infra/monitoring/prometheus/alert-rules.test.yml',
      '- alertname: PlumblineGone\n',
      'there is no rule PlumblineGone',
    ],
    ['infra/monitoring/src/dashboard-rows.ts', '', 'plumbline_alerts_open, which nobody makes'],
  ],
  'every alert has a runbook, and its commands exist': [
    ['docs/a.md', '', 'docs/runbooks/rule-a.md: rule A has no runbook'],
    [rulesPath, alertRule({ page: 'gone' }), 'leads to docs/runbooks/gone.md, which is not there'],
    [
      rulesPath,
      alertRule({ page: 'rule-{{ $labels.rule | toLower }}' }),
      'leads to docs/runbooks/rule-c.md, which is not there',
    ],
    ['docs/runbooks/a.md', runbook({ headings: ['Do'] }), 'does not answer: What it means'],
    ['docs/runbooks/a.md', runbook({}), 'is not in the list of runbooks'],
    ['docs/runbooks/a.md', runbook({ command: 'plumbline alerts heal' }), 'is no command'],
    ['docs/runbooks/a.md', runbook({ command: 'plumbline rebuild heal --all' }), 'is no command'],
    ['docs/runbooks/a.md', runbook({ command: 'plumbline lag --deep' }), 'has no option --deep'],
    ['docs/runbooks/a.md', runbook({ command: 'plumbline payment query P1' }), 'needs --reason'],
  ],
  'every decision record is listed': [
    ['docs/decisions/0001-a.md', '', 'is not in the list of decisions'],
    ['docs/decisions/0002-a.md', '', 'has the number 0002 where 0001 is due'],
    ['docs/decisions/a.md', '', 'is not called 0001-what-was-decided.md'],
  ],
};

describe.each(houseRules)('house rule: $rule', ({ rule, check }) => {
  it('holds', () => {
    expect(linesOf(check(repository))).toEqual([]);
    // It reads every file of the repository: seconds by itself, and a minute on a busy machine.
  }, 90_000);

  const violations = planted[rule] ?? [];

  it('has violations to be tried on', () => {
    expect(violations).not.toEqual([]);
  });

  it.each(violations)('goes red on %s with %j', (path, text, expected) => {
    const lines = linesOf(check(new Map([[path, text]])));
    expect(lines.some((line) => line.includes(expected))).toBe(true);
  });
});

describe('the tree that the rules look at', () => {
  it('is this repository, all of it', () => {
    const paths = [...repository.keys()];
    expect(paths).toContain('infra/tidy/src/tree.ts');
    expect(paths).toContain('schemas/events/src/topics.ts');
    expect(paths.length).toBeGreaterThan(300);
  });
});

describe('what the rules let through', () => {
  const fine: readonly (readonly [string, string])[] = [
    ['services/a/src/config.ts', "export const home = process.env['HOME'];"],
    ['services/a/src/start.ts', 'const config = parseConfig(schema, process.env);'],
    ['services/a/src/a.unit.spec.ts', "it.each([1])('orders.events.v1', () => {});"],
    ['services/a/src/long.ts', '// a comment\n\n'.repeat(500)],
    ['docs/a.md', '# A b\n[a](#a-b) [up](../docs/a.md) `[code](gone.md)`\n```\n[x](gone.md)\n```'],
    ['a.ts', 'const a = `http://${host}:1`; fetch("http://127.0.0.1:1/x");'],
  ];
  const rules = new Set(['has its name', 'producer or a consumer', 'has a runbook']);

  it.each(fine)('%s %j', (path, text) => {
    const applied = houseRules.filter(
      ({ rule }) => ![...rules].some((part) => rule.includes(part)),
    );
    const found = applied.flatMap(({ check }) => linesOf(check(new Map([[path, text]]))));
    expect(found).toEqual([]);
  });
});
