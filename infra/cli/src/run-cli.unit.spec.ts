import { describe, expect, it } from 'vitest';
import { alertTable } from './commands/alerts-list.ts';
import { comparisonLines } from './commands/rebuild.ts';
import { statusLines } from './commands/rebuild-beside.ts';
import { progressText } from './rebuild/progress-text.ts';
import { phaseText, resultLine } from './rebuild/run-rebuild.ts';
import { runCli } from './run-cli.ts';
import { CliFailure } from './session/failure.ts';
import { createSession } from './session/session.ts';
import { createMemorySession, recordOutput } from './testing/memory-session.ts';

async function cli(
  line: string,
  options: { env?: Record<string, string>; fail?: Error; interrupted?: boolean } = {},
) {
  const out = recordOutput();
  const stopping = new AbortController();
  let closed = 0;
  const exitCode = await runCli({
    args: line.split(' ').filter((arg) => arg !== ''),
    env: options.env ?? {},
    out,
    signal: stopping.signal,
    createSession: () => {
      const session = createMemorySession();
      const log = () => {
        if (options.interrupted === true) stopping.abort();
        return options.fail === undefined ? session.log() : Promise.reject(options.fail);
      };
      const close = () => Promise.resolve(void (closed += 1));
      return { ...session, out, log, close };
    },
  });
  return { exitCode, stdout: out.stdout(), stderr: out.stderr(), closed };
}

describe('every command', () => {
  const commands = [
    ...['alerts tail', 'alerts list', 'order timeline', 'topics', 'doctor', 'rebuild'],
    ...['rules list', 'rules set', 'rules activate', 'rules disable', 'lag', 'replay'],
    ...['app-key create', 'app-key list', 'app-key revoke'],
    ...['personal-data erase', 'personal-data rewrap'],
    ...['payment show', 'payment parked', 'payment query', 'payment close', 'payment refund'],
    ...['dead-letters list', 'dead-letters show', 'dead-letters redrive'],
    ...['dead-letters history'],
    ...['endpoint register', 'endpoint list', 'endpoint show', 'endpoint change'],
    ...['endpoint pause', 'endpoint resume', 'endpoint remove', 'endpoint rotate', 'endpoint test'],
    ...['notification list', 'notification show', 'notification retry', 'notification abandon'],
    ...['notification replay', 'listen', 'trigger'],
    ...['rebuild status', 'rebuild resume', 'rebuild rollback', 'rebuild drop-old'],
    ...['rebuild cancel', 'archive write', 'archive check', 'archive restore'],
    ...['bundle export', 'bundle show', 'bundle import'],
  ];

  it.each(commands)('%s has help with examples and --json', async (command) => {
    const { exitCode, stdout } = await cli(`${command} --help`);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--json');
    expect(stdout).toContain(`Examples:\n  $ plumbline ${command}`);
  });
});

describe('exit codes', () => {
  it.each([
    ['', 'Usage: plumbline'],
    ['alerts', 'Usage: plumbline alerts'],
    ['nonsense', "unknown command 'nonsense'"],
    ['topics --wrong', "unknown option '--wrong'"],
    ['order timeline', "missing required argument 'orderNo'"],
    [
      'rules set --rule Q --grace 5s --reason x',
      'Allowed choices are A, B, C, D, E, F, G, H, I, J, K, L, M, N, O, P, R, U, V, W, Z.',
    ],
    ['rules set --rule A --enable --disable --reason x', 'cannot be used with'],
    ['rules set --rule A --grace 5 --reason x', '--grace is a duration'],
    ['alerts tail --from soon', '--from is a duration'],
    ['alerts list --limit 0', '--limit is a whole number'],
    ['app-key create', "required option '--app"],
    ['app-key create --app no/slash', '"no/slash" is not 1 to 32'],
    ['app-key create --app main', "the platform's own tenant"],
    ['app-key create --app a --scope payments:pay', 'Allowed choices are payments:read'],
    ['app-key create --app a --expires-in soon', '--expires-in is a duration'],
    ['app-key create --app a --expires-in 0s', 'good for no time at all'],
    ['app-key revoke 12', 'no id of a key'],
    ['personal-data erase app:a', "required option '--reason"],
    ['personal-data erase somebody --reason r', '"somebody" is no subject'],
    ['personal-data rewrap', 'PLUMBLINE_MASTER_KEY: is not set'],
    ['replay', 'replay needs --check'],
    ['replay --check --topology checkout', 'no topology that can be compared is called checkout'],
    ['dead-letters list --limit all', '--limit is a whole number'],
    ['dead-letters show checkout 2-17', 'a place is <partition>/<offset>'],
    ['dead-letters redrive --topology checkout --key k', "required option '--reason"],
    ['dead-letters redrive --topology x --key k --reason r', 'no topology is called x'],
    ['dead-letters redrive --reason r', 'which keys? Give a filter, or --all'],
    ['dead-letters redrive --all --key k --reason r', '--all and a filter are not both'],
    ['dead-letters redrive --all --rate fast --reason r', '--rate is records a second'],
    ['dead-letters redrive --from soon --reason r', '--from is how long ago'],
    ['dead-letters list --by colour', 'Allowed choices are reason, topology'],
    ['dead-letters list --from 1h --to 2h', 'the range ends before it begins'],
    ['dead-letters list --to 2026-01-31T12:00', 'names no time zone'],
    ['dead-letters list --topology x', 'no topology is called x'],
    ['dead-letters history --limit 0', '--limit is a whole number'],
    ['endpoint register', "required option '--url"],
    ['endpoint register --url x --body-style XML', 'Allowed choices are EVENT, FLAT'],
    ['endpoint change ep_1', 'nothing to change'],
    ['notification replay --reason r', 'name a notification, or --endpoint, or --all'],
    ['notification list --status DONE', 'Allowed choices are PENDING'],
    ['trigger payment.paid', 'payment.paid is no type of event'],
    ['listen --port x', '--port is 0 to 65535'],
    ['rebuild', 'rebuild needs --projection NAME or --all'],
    ['rebuild --all --projection orders', '--all and --projection are not both'],
    ['rebuild --check --projection nonsense', 'no projection is called nonsense'],
    ['rebuild --projection nonsense', 'no projection is called nonsense'],
    ['rebuild --all --load 0', '--load is a share above 0 and up to 1, not "0"'],
    ['rebuild --all --load 1.1', '--load is a share'],
    ['rebuild --all --records-per-second 0', '--records-per-second is a whole number'],
    ['rebuild rollback nonsense', 'no projection is called nonsense'],
    ['rebuild drop-old', "missing required argument 'projection'"],
  ])('2 for the usage %j', async (line, message) => {
    const { exitCode, stderr, stdout } = await cli(line);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('2 for a configuration that cannot be, naming the variable', async () => {
    const { exitCode, stderr } = await cli('topics', { env: { PLUMBLINE_PARTITIONS: '3' } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('PLUMBLINE_PARTITIONS');
  });

  it('1 and one line for a failure, with everything closed', async () => {
    const fail = new CliFailure('Kafka does not answer');
    const { exitCode, stderr, closed } = await cli('rules list', { fail });
    expect({ exitCode, stderr, closed }).toEqual({
      ...{ exitCode: 1, stderr: 'Kafka does not answer\n', closed: 1 },
    });
  });

  it('1 and no stack for what nobody expected', async () => {
    const { exitCode, stderr } = await cli('rules list', { fail: new TypeError('a\nb') });
    expect(exitCode).toBe(1);
    expect(stderr).toBe('plumbline: a\n');
  });

  it('1 for what Ctrl-C ended', async () => {
    const fail = new Error('closed');
    const { exitCode, stderr, closed } = await cli('rules list', { fail, interrupted: true });
    expect({ exitCode, stderr, closed }).toEqual({
      ...{ exitCode: 1, stderr: 'interrupted\n', closed: 1 },
    });
  });
});

describe('a server that does not answer', () => {
  const nowhere = {
    PLUMBLINE_KAFKA_BROKERS: '127.0.0.1:1',
    PLUMBLINE_REGISTRY_URL: 'http://127.0.0.1:1',
    PLUMBLINE_POSTGRES_URL: 'postgres://me:sesame@127.0.0.1:1/x',
    PLUMBLINE_QUERIES_URL: 'http://127.0.0.1:1',
  };

  it.each([
    ['topics', 'Kafka does not answer at 127.0.0.1:1 (PLUMBLINE_KAFKA_BROKERS)'],
    ['rules list', 'Kafka does not answer at 127.0.0.1:1 (PLUMBLINE_KAFKA_BROKERS)'],
    [
      'alerts list',
      'queries service does not answer at http://127.0.0.1:1 (PLUMBLINE_QUERIES_URL)',
    ],
  ])('is named with its variable by %s', async (line, message) => {
    const out = recordOutput();
    const { signal } = new AbortController();
    const args = line.split(' ');
    expect(await runCli({ args, env: nowhere, out, signal, createSession })).toBe(1);
    expect(out.stderr()).toContain(message);
    expect(out.stderr().trimEnd().split('\n')).toHaveLength(1);
  });

  it('is a finding of doctor, which goes on and shows no password', async () => {
    const out = recordOutput();
    const { signal } = new AbortController();
    const args = ['doctor'];
    expect(await runCli({ args, env: nowhere, out, signal, createSession })).toBe(1);
    for (const what of ['Kafka', 'does not answer at http://127.0.0.1:1', 'Postgres'])
      expect(out.stdout()).toContain(what);
    expect(out.stdout() + out.stderr()).not.toContain('sesame');
  });
});

describe('rebuild', () => {
  it('shows a bar with what is left', () => {
    const progress = { offsetsDone: 50n, offsetsTotal: 100n, records: 40, recordsPerSecond: 20 };
    expect(progressText('orders', { ...progress, remainingMs: 2_400 })).toBe(
      'orders [############............] 50 %, 40 records, 20/s, 3s left',
    );
  });

  it('prints every difference with its key', () => {
    const lines = comparisonLines({
      ...{ schema: 'orders_v1', equal: false, positions: [], records: 3, elapsedMs: 1 },
      tables: [
        {
          ...{ table: 'orders', equal: false, liveRows: 2n, rebuiltRows: 1n },
          ...{ liveChecksum: 'a', rebuiltChecksum: 'b', moreDifferences: true },
          differences: [{ key: '["main/H1"]', live: '{"status":"PAID"}', rebuilt: null }],
        },
      ],
    });
    expect(lines).toEqual([
      'DIFFERENT  orders_v1: 2 rows, rebuilt from 3 records',
      '    orders: 2 rows live, 1 rebuilt',
      '      ["main/H1"]',
      '        live     {"status":"PAID"}',
      '        rebuilt  (no row)',
      '      … and more',
    ]);
  });
});

it('alerts list shows amounts with all their digits', () => {
  const alert = { rule: 'A', status: 'OPEN', severity: 'WARNING', orderNo: 'H1', currency: 'CNY' };
  const rest = {
    tenant: 'main',
    detectedAt: '2026-01-01T00:00:00.000Z',
    summary: 'paid, not shown',
  };
  const [, line] = alertTable([{ ...alert, ...rest, amount: 99.9 }]);
  expect(line).toBe(
    '2026-01-01T00:00:00.000Z  A     WARNING   OPEN    main    H1     99.90 CNY  paid, not shown',
  );
});

describe('a rebuild', () => {
  const swapped = { schema: 'orders_v2', records: 1_000, elapsedMs: 2_000, gapOffsets: 3n };

  it('says how fast it was, how long writers waited, and what is kept', () => {
    const made = { ...swapped, blockedMs: 12.4, keptAs: 'orders_v2_old' };
    expect(resultLine({ ...made, resumed: false })).toBe(
      'live  orders_v2: 1000 records in 2s (500/s), writers waited 12 ms, the one before is orders_v2_old',
    );
    expect(resultLine({ ...made, resumed: true, keptAs: null })).toBe(
      'live  orders_v2: 1000 records more, after what was built before, in 2s (500/s), writers waited 12 ms, nothing kept',
    );
    expect(resultLine({ projection: 'orders', refused: 'why' })).toBe('refused  orders: why');
  });

  it('shows its phase, and what it waits for', () => {
    const progress = { offsetsDone: 1n, offsetsTotal: 2n, records: 1, recordsPerSecond: 1 };
    const rest = { ...progress, remainingMs: null, why: null };
    expect(phaseText('orders', { ...rest, phase: 'catching up' })).toMatch(
      /^catching up {2}orders \[#{12}\.{12}\] 50 %/,
    );
    expect(phaseText('orders', { ...rest, phase: 'waiting', why: 'it is compared' })).toBe(
      'orders waits: it is compared',
    );
  });

  it('tells what is live, at work, unfinished and kept', () => {
    const at = new Date(Date.UTC(2026, 0, 1));
    const model = { schema: 'orders_v2', offsets: 7n, bytes: 1_048_576n, last: null };
    const next = { ...model, schema: 'orders_v2_next' };
    const old = {
      ...{ ...model, schema: 'orders_v2_old' },
      last: { at, step: 'SWAPPED_OUT', by: 'me' } as const,
    };
    const worker = { name: 'rebuild orders_v2 by me', since: at, address: null };
    const lines = statusLines([
      { projection: 'orders', live: model, next, old, worker },
      { projection: 'alerts', live: null, next, old: null, worker: null },
      { projection: 'items', live: null, next: null, old: null, worker: null },
    ]);
    expect(lines.map((line) => line.replace(/ {2,}/g, '  '))).toEqual([
      'schema  is  offsets  MB  last',
      'orders_v2  live  7  1.0',
      'orders_v2_next  at work: rebuild orders_v2 by me, since 2026-01-01T00:00:00.000Z  7  1.0',
      'orders_v2_old  kept  7  1.0  SWAPPED_OUT 2026-01-01T00:00:00.000Z by me',
      'orders_v2_next  unfinished  7  1.0',
      'items  not there',
    ]);
  });
});
