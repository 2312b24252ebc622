import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linesOf } from '../problem.ts';
import { repositoryRoot } from '../repository-root.ts';
import { importsOf, rulesOf } from './imports.ts';
import { plantTree } from './planted-tree.ts';

/** Of a cruise on a busy machine: it parses every file of the repository. */
const cruiseTimeoutMs = 120_000;

describe('the import graph', () => {
  it(
    'points one way, without cycles and without a loose end',
    async () => {
      const imports = await importsOf({ root: repositoryRoot, tree: repositoryRoot });
      expect(linesOf(imports.problems)).toEqual([]);
      // A cruiser that resolves nothing finds nothing wrong: it must have seen at least this much.
      expect(imports.modules).toBeGreaterThan(300);
      expect(imports.crossPackageEdges).toBeGreaterThan(250);
    },
    cruiseTimeoutMs,
  );
});

/** What would be red, by rule: files of a tree that is otherwise in order. */
const violations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kernel-is-alone': {
    'schemas/kernel/src/money.ts': `import { said } from '@plumbline/events'; export const a = said;`,
  },
  'events-over-kernel': {
    'schemas/events/src/more.ts': `import { log } from '@plumbline/kafka'; export const a = log;`,
  },
  'libraries-over-events': {
    'infra/kafka/src/more.ts': `import { run } from '@plumbline/runtime'; export const a = run;`,
  },
  'runtime-over-libraries': {
    'streams/runtime/src/more.ts': `import { b } from '@plumbline/b'; export const a = b;`,
  },
  'streams-alone': {
    'streams/s/src/more.ts': `import { t } from '@plumbline/t'; export const a = t;`,
  },
  'services-alone': {
    'services/a/src/more.ts': `import { b } from '@plumbline/b'; export const a = b;`,
  },
  'infra-is-known': {
    'infra/wonder/src/index.ts': `import { log } from '@plumbline/kafka'; export const a = log;`,
  },
  'domain-is-pure': {
    'services/a/src/domain/thing/thing.ts': `import fs from 'node:fs'; export const a = fs;`,
  },
  'domain-takes-types-only': {
    'services/a/src/domain/thing/thing.ts': `import { said } from '@plumbline/events'; export const a = said;`,
  },
  'no-test-tools-in-production': {
    'services/a/src/more.ts': `import { driver } from '@plumbline/runtime/testing'; export const a = driver;`,
  },
  'by-name-between-packages': {
    'services/a/src/more.ts': `import { log } from '../../../infra/kafka/src/index.ts'; export const a = log;`,
  },
  'no-cycles': {
    'services/a/src/one.ts': `import { two } from './two.ts'; export const one = () => two;`,
    'services/a/src/two.ts': `import { one } from './one.ts'; export const two = () => one;`,
  },
  resolved: {
    'services/a/src/more.ts': `import { gone } from '@plumbline/gone'; export const a = gone;`,
  },
  declared: {
    'services/a/src/more.ts': `import { x } from 'undeclared'; export const a = x;`,
    'node_modules/undeclared/package.json': '{"name":"undeclared","main":"index.js"}',
    'node_modules/undeclared/index.js': 'exports.x = 1;',
  },
};

const sound = {
  'schemas/kernel/src/index.ts': 'export const pure = 1;',
  'schemas/events/src/index.ts': `import { pure } from '@plumbline/kernel'; export const said = pure; export interface Said { readonly a: 1 }`,
  'infra/kafka/src/index.ts': `import { said } from '@plumbline/events'; export const log = said;`,
  'infra/cli/src/index.ts': `import { a } from '@plumbline/a'; export const cli = a;`,
  'streams/runtime/src/index.ts': `import { log } from '@plumbline/kafka'; export const run = log;`,
  'streams/runtime/src/testing/index.ts': `import { run } from '../index.ts'; export const driver = run;`,
  'streams/s/src/index.ts': `import { run } from '@plumbline/runtime'; export const s = run;`,
  'streams/t/src/index.ts': 'export const t = 1;',
  'services/a/src/index.ts': `import { run } from '@plumbline/runtime'; export const a = run;`,
  'services/a/src/thing.unit.spec.ts': `import { driver } from '@plumbline/runtime/testing'; export const a = driver;`,
  'services/a/src/domain/other/state.ts': `import { pure } from '@plumbline/kernel'; import type { Said } from '@plumbline/events'; export const state: Said = { a: pure };`,
  'services/b/src/index.ts': 'export const b = 1;',
};

describe('each rule, on a planted violation', () => {
  const cruised = new Map<string, readonly string[]>();

  beforeAll(async () => {
    for (const [rule, files] of [['none', {}], ...Object.entries(violations)] as const) {
      const tree = plantTree({ ...sound, ...files });
      const { problems } = await importsOf({ root: repositoryRoot, tree: tree.root });
      cruised.set(
        rule,
        problems.map((problem) => problem.rule),
      );
      tree.remove();
    }
  }, cruiseTimeoutMs);

  afterAll(() => cruised.clear());

  it('finds nothing in a tree that is in order', () => {
    expect(cruised.get('none')).toEqual([]);
  });

  it.each(Object.keys(violations))('%s goes red', (rule) => {
    expect(cruised.get(rule)).toContain(rule);
  });

  it('has a violation planted for every rule there is', () => {
    const rules = rulesOf(repositoryRoot).forbidden.map(({ name }) => name);
    expect(Object.keys(violations).sort()).toEqual(rules.sort());
  });
});
