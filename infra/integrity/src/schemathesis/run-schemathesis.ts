import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '@plumbline/local';
import { pythonEnvironment, runCommand } from '@plumbline/local';

/** `src` and `dist` stand at the same depth, so this holds for both. */
const pythonFolder = fileURLToPath(new URL('../../python/', import.meta.url));

/** Python with Schemathesis and with what the documented clients import. */
export const openPython = (options: {
  readonly cacheFolder: string;
  readonly report?: Report;
}): Promise<string> =>
  pythonEnvironment({ ...options, requirementsFile: join(pythonFolder, 'requirements.txt') });

/** Some of a process's calls, and what is sent with them beside the API key. */
export interface CallsOf {
  /** A regular expression over their paths. */
  readonly paths: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const allCalls: readonly CallsOf[] = [{ paths: '' }];

/**
 * From this machine the notifications process takes calls without an API key, as the platform's own,
 * unless an `Origin` says that a page makes them: with one a key is needed, as from elsewhere. The mock
 * merchant is left out, which answers what it is told to, 500 and nothing for a minute included.
 */
export const callsOfNotifications: readonly CallsOf[] = [
  { paths: '^/api/v1/', headers: { Origin: 'https://merchant.example' } },
  { paths: '^/payment-retry/(?!.*/callback/mock$)' },
];

/** A stream of alerts does not end, and has tests of its own. */
export const callsOfQueries: readonly CallsOf[] = [{ paths: '^/(?!alerts/stream$)' }];

export interface Examined {
  /** Calls that the description has and that were tried. */
  readonly calls: number;
  readonly cases: number;
  /** `null` when nothing was wrong, else what Schemathesis wrote. */
  readonly wrong: string | null;
}

type ExamineOptions = Omit<Parameters<typeof examineOnly>[0], 'only'>;

/**
 * The same for parts of the calls, one after the other. Errors: LocalStackError for a part that takes
 * longer than `timeoutMs`.
 */
export async function examine(
  options: ExamineOptions,
  parts: readonly CallsOf[] = allCalls,
): Promise<Examined> {
  let [calls, cases] = [0, 0];
  for (const only of parts) {
    const examined = await examineOnly({ ...options, only });
    calls += examined.calls;
    cases += examined.cases;
    if (examined.wrong !== null) return { calls, cases, wrong: examined.wrong };
  }
  return { calls, cases, wrong: null };
}

/**
 * Examines one process against its own `/openapi.json`: requests that the description allows and
 * requests that it forbids, one by one and in sequences, with every check there is.
 *
 * Errors: LocalStackError for a run that takes longer than `timeoutMs`.
 */
async function examineOnly(options: {
  readonly python: string;
  readonly url: string;
  readonly apiKey: string;
  /** Values of parameters that lead to something: `path.orderNo`, `body.app_id`. */
  readonly known: Readonly<Record<string, string>>;
  readonly only: CallsOf;
  /** Drawn requests for one call, alone and in sequences; 0: only what its description implies. */
  readonly examples: number;
  readonly seed: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}): Promise<Examined> {
  const { python, url, apiKey, known, only, examples, seed, timeoutMs, signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-schemathesis-'));
  try {
    const config = join(folder, 'schemathesis.toml');
    await writeFile(config, configOf(known));
    const { code, output } = await runCommand({
      command: python,
      args: [
        ...['-m', 'schemathesis.cli', '--config-file', config, 'run', `${url}/openapi.json`],
        ...['--header', `Authorization: Bearer ${apiKey}`, '--checks', 'all'],
        ...['--include-path-regex', only.paths, ...headersOf(only)],
        ...['--phases', phasesOf(examples), '--continue-on-failure'],
        ...['--max-examples', String(Math.max(1, examples)), '--seed', String(seed), '--no-color'],
        ...['--generation-database', 'none'],
      ],
      env: {
        ...process.env,
        SCHEMATHESIS_HOOKS: 'schemathesis_hooks',
        PYTHONPATH: pythonFolder,
        PYTHONDONTWRITEBYTECODE: '1',
      },
      // It leaves a folder of its own where it runs.
      ...{ cwd: folder, timeoutMs },
      ...(signal === undefined ? {} : { signal }),
    });
    const text = output.join('\n');
    return {
      calls: numberIn(/^ +Tested: (\d+)$/m, text),
      cases: numberIn(/^ +(\d+) generated/m, text),
      wrong: code === 0 ? null : `${text}\nended with ${code ?? 'a signal'}`,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const phasesOf = (examples: number): string =>
  examples === 0 ? 'examples,coverage' : 'examples,coverage,fuzzing,stateful';

const headersOf = ({ headers = {} }: CallsOf): readonly string[] =>
  Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);

/** TOML's strings are JSON's. */
const configOf = (known: Readonly<Record<string, string>>): string =>
  [
    '[parameters]',
    ...Object.entries(known).map(([name, value]) => `"${name}" = ${JSON.stringify(value)}`),
    '',
  ].join('\n');

const numberIn = (pattern: RegExp, text: string): number => Number(pattern.exec(text)?.[1] ?? 0);
