import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { silentLogger } from '@plumbline/observability';
import { afterEach, expect, test } from 'vitest';
import { PostgresDown } from './errors.ts';
import type { Postgres, PostgresOptions } from './open-postgres.ts';
import { openPostgres } from './open-postgres.ts';
import { testPostgresUrl } from './testing/order-totals.ts';

let opened: Postgres[] = [];
afterEach(async () => {
  for (const each of opened) await each.close();
  opened = [];
});

function open(changes: Partial<PostgresOptions> = {}): Postgres {
  const postgres = openPostgres({ url: testPostgresUrl(), logger: silentLogger, ...changes });
  opened.push(postgres);
  return postgres;
}

test('64-bit integers and exact numerics pass both ways without a float', async () => {
  const big = 2n ** 63n - 1n;
  const [row] = await open().query(
    `select ?::bigint as n, sum(x) as s, count(*) as c, '{"a":1}'::jsonb as j, ?::bigint[] @> ?::bigint[] as l
     from unnest(?::bigint[]) x`,
    [big, [1n, 2n], [2n], [big, big]],
  );
  expect(row).toEqual({ n: big, s: (big * 2n).toString(), c: 2n, j: { a: 1 }, l: true });
});

test('a transaction commits as a whole or not at all', async () => {
  const postgres = open({ poolMax: 1 });
  const lost = postgres.transaction(async (sql) => {
    await sql.query('create table public.never_there (n int)');
    throw new Error('no');
  });
  await expect(lost).rejects.toThrow('no');
  const [row] = await postgres.query(`select to_regclass('public.never_there') as found`);
  expect(row).toEqual({ found: null });
});

test('a server that refuses, hangs, or takes too long is down, and no message has the password', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const { port } = silent.address() as AddressInfo;
  try {
    for (const at of ['127.0.0.1:1', `127.0.0.1:${port}`]) {
      const postgres = open({ url: `postgres://someone:secret-word@${at}/nothing` });
      const startedAt = performance.now();
      const error = await postgres.ping().catch((thrown: unknown) => thrown);
      expect(performance.now() - startedAt).toBeLessThan(2_500);
      expect(error).toBeInstanceOf(PostgresDown);
      expect(String(error)).toContain(at);
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret-word');
    }
  } finally {
    silent.close();
  }
  const slow = open({ statementTimeoutMs: 100 });
  await expect(slow.query('select pg_sleep(5)')).rejects.toBeInstanceOf(PostgresDown);
  expect(await slow.query('select 1 as n')).toEqual([{ n: 1 }]);
});

test('a statement that is wrong keeps its own error, without the bindings', async () => {
  const error = await open()
    .query('select ? from nowhere_at_all', ['private'])
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: '42P01' });
  expect(String(error)).not.toContain('private');
});

test('a pool whose connections were cut makes new ones', async () => {
  const postgres = open({ poolMax: 1, applicationName: 'plumbline-cut' });
  await postgres.ping();
  await open().query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'plumbline-cut'`,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await postgres.query('select 1 as n')).toEqual([{ n: 1 }]);
});

/** Passes bytes on to Postgres until it is frozen: what a server looks like whose machine is gone. */
async function openFreezer() {
  const postgres = new URL(testPostgresUrl());
  const sockets = new Set<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(Number(postgres.port || '5432'), postgres.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('data', (bytes) => frozen || upstream.write(bytes));
    upstream.on('data', (bytes) => frozen || client.write(bytes));
    client.on('close', () => upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const to = new URL(postgres);
  to.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: to.href,
    /** What was sent until then is lost; what comes after `thaw` on new connections passes. */
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('a connection on which an answer was lost is replaced, and does not hold up the next query', async () => {
  const freezer = await openFreezer();
  try {
    const limits = { statementTimeoutMs: 200, clientGraceMs: 100, acquireTimeoutMs: 400 };
    const postgres = open({ url: freezer.url, poolMax: 1, ...limits });
    expect(await postgres.query('select 1 as n')).toEqual([{ n: 1 }]);
    freezer.freeze();
    const startedAt = performance.now();
    await expect(postgres.query('select 2 as n')).rejects.toBeInstanceOf(PostgresDown);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    freezer.thaw();
    // On the old connection this would wait for the lost answer first.
    expect(await postgres.query('select 3 as n')).toEqual([{ n: 3 }]);
  } finally {
    freezer.close();
  }
});
