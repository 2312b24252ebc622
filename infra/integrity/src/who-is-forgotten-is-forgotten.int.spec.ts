import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { topics } from '@plumbline/events';
import type { Stack } from '@plumbline/local';
import { ensureTopics, openStack, runCommand } from '@plumbline/local';
import type { LogRecord } from '@plumbline/kafka';
import { silentLogger } from '@plumbline/observability';
import type { Postgres } from '@plumbline/postgres';
import { openPostgres } from '@plumbline/postgres';
import { testAddress } from '@plumbline/runtime/testing';
import { vaultSchema } from '@plumbline/vault';
import { createClient } from 'redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTopic } from './checks/read-log.ts';
import type { GatewayWorld, Json } from './world/gateway-world.ts';
import { openGatewayWorld, pressPay, until } from './world/gateway-world.ts';

const cli = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const partitions = 4;
/** What must be nowhere but in the merchant's own answer, and there only until it is erased. */
const person = `Jane Roe ${randomUUID()}`;
const subject = 'app:demo_app';

let stack: Stack;
let postgres: Postgres;
let env: Readonly<Record<string, string>>;
let world: GatewayWorld;
beforeAll(async () => {
  stack = await openStack({ ports: 'free', parts: ['redis', 'postgres', 'kafka'] });
  await ensureTopics({ brokers: [stack.kafka], partitions });
  postgres = openPostgres({ url: stack.postgresUrl, logger: silentLogger });
  env = {
    PLUMBLINE_KAFKA_BROKERS: stack.kafka,
    PLUMBLINE_POSTGRES_URL: stack.postgresUrl,
    PLUMBLINE_REDIS_URL: stack.redisUrl,
  };
  world = await openGatewayWorld(worldEnv());
}, 120_000);
afterAll(async () => {
  await world.close();
  await postgres.close();
  await stack.stop();
});

async function plumbline(...args: readonly string[]) {
  const registry = { PLUMBLINE_REGISTRY_URL: testAddress('PLUMBLINE_TEST_REGISTRY') };
  const { code, output } = await runCommand({
    ...{ command: process.execPath, args: [cli, ...args], timeoutMs: 60_000 },
    env: { ...process.env, ...env, ...registry, PLUMBLINE_LOCAL_STACK: 'true' },
  });
  return { code, text: output.join('\n') };
}

const bearer = { Authorization: 'Bearer local-merchant-key' };
const base = '/api/v1/payment-orders';

const shown = async (number: string): Promise<Json> => {
  const { json } = await world.edge.get(`${base}/${number}?app_id=demo_app`, bearer);
  return json;
};

/** Created with a person's name in it, and paid. */
async function paidBy(number: string): Promise<void> {
  const asked = {
    ...{ app_id: 'demo_app', merchant_order_id: number, amount: 10_000, order_type: 'payment' },
    ...{ subject: 'a plumb bob', extra_data: { note: person, return_url: returnUrl } },
  };
  const { status, json } = await world.edge.post(base, asked, bearer);
  expect(status, JSON.stringify(json)).toBe(202);
  const at = await until('the gateway has it', () => whenIn(number, 'processing'), 20_000);
  await pressPay((at['extra_data'] as Json)['payment_url']);
  await until('it is paid', () => whenIn(number, 'succeeded'), 20_000);
}

const returnUrl = `https://shop.example/thanks?who=${encodeURIComponent(person)}`;

const whenIn = async (number: string, status: string): Promise<Json | null> => {
  const body = await shown(number);
  return body['status'] === status ? body : null;
};

/** Every topic of payments, as bytes. */
async function logBytes(): Promise<readonly LogRecord[]> {
  const { log } = world.edge.foundation;
  const all = [topics.paymentsCommands, topics.paymentsEvents, topics.paymentsOutcomes];
  const found: LogRecord[] = [];
  for (const { name } of [...all, topics.resultsEvents, topics.paymentsChangelog])
    found.push(...(await readTopic(log, name, partitions)));
  return found;
}

const place = ({ topic, partition, offset }: LogRecord): string =>
  `${topic}-${partition}@${offset}`;

const digestOf = ({ key, value, headers }: LogRecord): string => {
  const hash = createHash('sha256')
    .update(key ?? '')
    .update(value ?? '');
  for (const name of Object.keys(headers).sort()) hash.update(name).update(headers[name] ?? '');
  return hash.digest('hex');
};

/** Tables of every schema in which somebody's name can be read. */
async function tablesWith(text: string): Promise<readonly string[]> {
  const tables = await postgres.query<{ readonly name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema')`,
    [],
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await postgres.query(
      `select 1 from ${name} as each where each::text like ? limit 1`,
      [`%${text}%`],
    );
    if (rows.length > 0) found.push(name);
  }
  return found;
}

/** All that Redis holds, as text. */
async function redisText(): Promise<string> {
  const redis = createClient({ url: stack.redisUrl });
  await redis.connect();
  try {
    const parts: unknown[] = [];
    for (const key of await redis.keys('*')) {
      const type = await redis.type(key);
      const read = {
        string: () => redis.get(key),
        hash: () => redis.hGetAll(key),
        stream: () => redis.xRange(key, '-', '+'),
        zset: () => redis.zRange(key, 0, -1),
        set: () => redis.sMembers(key),
        list: () => redis.lRange(key, 0, -1),
      }[type];
      parts.push(key, await read?.());
    }
    return JSON.stringify(parts);
  } finally {
    redis.destroy();
  }
}

it('a person is forgotten with the key: the log, its checksums and all that is folded from it stay', async () => {
  const number = `ORDER_${randomUUID().slice(0, 18)}`;
  await paidBy(number);
  expect((await shown(number))['extra_data']).toMatchObject({ note: person });
  const before = await logBytes();
  const keys = `${vaultSchema}.subject_keys`;
  const backup = await postgres.query<Json>(`select * from ${keys} where subject = ?`, [subject]);
  expect(backup).toHaveLength(1);

  const erased = await plumbline('personal-data', 'erase', subject, '--reason', 'asked to');
  expect(erased, erased.text).toMatchObject({ code: 0 });
  // Running processes let go of it within a minute; one that starts now never had it.
  await reopen();

  const after = await shown(number);
  expect(after).toMatchObject({ merchant_order_id: number, status: 'succeeded', amount: 10_000 });
  expect(JSON.stringify(after)).not.toContain(person);

  const there = new Map((await logBytes()).map((record) => [place(record), digestOf(record)]));
  for (const record of before.filter(({ topic }) => !topic.includes('changelog')))
    expect(there.get(place(record)), place(record)).toBe(digestOf(record));
  for (const args of [
    ['replay', '--check', '--topology', 'payments'],
    ['rebuild', '--projection', 'payments'],
    ['rebuild', '--check', '--projection', 'payments'],
  ]) {
    const { code, text } = await plumbline(...args);
    expect(code, `${args.join(' ')}: ${text}`).toBe(0);
  }
  expect(await whenIn(number, 'succeeded')).toMatchObject({ merchant_order_id: number });

  // Nor was it anywhere else, before or after.
  for (const name of [person, encodeURIComponent(person)]) {
    for (const { key, value } of before) {
      for (const bytes of [key, value]) expect(bytes?.includes(name) ?? false).toBe(false);
    }
    expect(await tablesWith(name)).toEqual([]);
    expect(await redisText()).not.toContain(name);
    for (const args of [
      ['payment', 'show', number],
      ['personal-data', 'erasures'],
    ])
      expect((await plumbline(...args)).text).not.toContain(name);
  }

  // With a backup of before, which no process is to be served from.
  await world.close();
  await restore(backup[0] ?? {});
  const told = await plumbline('personal-data', 'erasures');
  expect(told, told.text).toMatchObject({ code: 1 });
  const repeated = await plumbline('personal-data', 'erasures', '--repeat');
  expect(repeated.text).toContain('ERASED AGAIN');
  world = await openGatewayWorld(worldEnv());
  expect(JSON.stringify(await shown(number))).not.toContain(person);
}, 240_000);

/** Postgres as it was before, as far as the subject's key is concerned. */
async function restore(row: Json): Promise<void> {
  await postgres.query(
    `update ${vaultSchema}.subject_keys
       set wrapped = ?, master_key_id = ?, erased_at = null, erase_reason = null where key_id = ?`,
    [row['wrapped'] as Buffer, row['master_key_id'] as string, row['key_id'] as string],
  );
}

async function reopen(): Promise<void> {
  await world.close();
  world = await openGatewayWorld(worldEnv());
}

const worldEnv = () => ({ ...env, PLUMBLINE_MERCHANT_CHANNEL: 'LAKALA' });
