import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stepTimeoutsMs } from './limits.ts';

/** A check that passes or fails as a whole. */
export interface Check {
  readonly name: 'build' | 'typecheck' | 'lint' | 'format' | 'generated';
  readonly title: string;
  /** Program and arguments, one process each; all must end with 0. */
  readonly commands: readonly (readonly string[])[];
  /** Whether it takes only what the steps beside it leave of the processors. */
  readonly yielding: boolean;
  readonly timeoutMs: number;
}

/** Tests that vitest counts. */
export interface Tier {
  readonly name: 'unit' | 'int' | 'e2e';
  readonly title: string;
  /** First, with real servers given to it, or last, with servers that it starts itself. */
  readonly runs: 'first' | 'with-servers' | 'last';
  readonly timeoutMs: number;
}

const bin = (path: string) => join('node_modules', path);

/** The build first. */
export const checksOf = (root: string): readonly [Check, ...Check[]] => [
  {
    name: 'build',
    title: 'every package builds',
    // pnpm as it is pinned; npx puts it on the PATH, where turbo looks for it.
    commands: [['npx', '--yes', packageManagerOf(root), 'exec', 'turbo', 'run', 'build']],
    yielding: false,
    timeoutMs: stepTimeoutsMs.build,
  },
  {
    name: 'typecheck',
    title: 'types of the whole repository',
    commands: [
      ['node', bin('typescript/bin/tsc'), '-p', 'tsconfig.json'],
      // The page is for browsers, and partly in files that tsc does not read.
      ['node', bin('vue-tsc/bin/vue-tsc.js'), '-p', join('services', 'console', 'tsconfig.json')],
    ],
    yielding: true,
    timeoutMs: stepTimeoutsMs.typecheck,
  },
  {
    name: 'lint',
    title: 'eslint, no warnings',
    commands: [['node', bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
    yielding: true,
    timeoutMs: stepTimeoutsMs.lint,
  },
  {
    name: 'format',
    title: 'prettier',
    commands: [['node', bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
    yielding: true,
    timeoutMs: stepTimeoutsMs.format,
  },
  {
    name: 'generated',
    title: 'generated files are what their generators write',
    commands: generatorsOf(root).map((script) => ['node', script, '--check']),
    yielding: true,
    timeoutMs: stepTimeoutsMs.generated,
  },
];

export const tiers: readonly Tier[] = [
  {
    name: 'unit',
    title: 'tests without input or output',
    runs: 'first',
    timeoutMs: stepTimeoutsMs.unit,
  },
  {
    name: 'int',
    title: 'tests with Kafka, registry, Postgres and Redis',
    runs: 'with-servers',
    timeoutMs: stepTimeoutsMs.int,
  },
  {
    name: 'e2e',
    title: 'tests of the running platform',
    runs: 'last',
    timeoutMs: stepTimeoutsMs.e2e,
  },
];

/** Seeds of the simulated world; counted by itself (infra/integrity/src/simulation). */
export const simulation = {
  name: 'simulation',
  title: 'seeds of a simulated world full of faults, and planted bugs',
  main: join('infra', 'integrity', 'dist', 'simulation', 'main.js'),
  /** Built before, since it runs on threads of its own; at once when it is up to date. */
  build: (root: string): readonly string[] => [
    ...['npx', '--yes', packageManagerOf(root), 'exec', 'turbo', 'run', 'build'],
    '--filter=@plumbline/integrity',
  ],
  timeoutMs: stepTimeoutsMs.simulation,
} as const;

/** Every package that generates files has `scripts/generate.mjs`, which takes `--check`. */
function generatorsOf(root: string): readonly string[] {
  return ['schemas', 'infra', 'streams', 'services'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => join(folder, name, 'scripts', 'generate.mjs'))
      .filter((script) => existsSync(join(root, script))),
  );
}

function packageManagerOf(root: string): string {
  const text = readFileSync(join(root, 'package.json'), 'utf8');
  return (JSON.parse(text) as { readonly packageManager: string }).packageManager;
}
