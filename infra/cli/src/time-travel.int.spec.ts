import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Envelope } from '@plumbline/events';
import {
  bodyOf,
  createCodec,
  encodeEnvelope,
  firstPreviousHash,
  hashOfEvent,
  topics,
} from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { createKafkaLog } from '@plumbline/kafka';
import type { Payload } from '@plumbline/kernel';
import { partitionOfRecordKey, payNo as payNoOf, slotOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { openPostgres } from '@plumbline/postgres';
import { createRegistrySchemaIds } from '@plumbline/registry';
import { masterKeysOf, openVault, vaultSchema } from '@plumbline/vault';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { createSession } from './session/session.ts';
import { recordOutput } from './testing/memory-session.ts';
import { callbackRecorded, paymentCreated } from './testing/sample-events.ts';

const env = {
  PLUMBLINE_KAFKA_BROKERS: process.env['PLUMBLINE_TEST_KAFKA'] ?? '127.0.0.1:19092',
  PLUMBLINE_REGISTRY_URL:
    process.env['PLUMBLINE_TEST_REGISTRY'] ?? 'http://127.0.0.1:18081/apis/ccompat/v7',
  PLUMBLINE_POSTGRES_URL:
    process.env['PLUMBLINE_TEST_POSTGRES'] ??
    'postgres://plumbline:local@127.0.0.1:15432/plumbline',
  PLUMBLINE_LOCAL_STACK: 'true',
};

const orderNo = `travel-${randomUUID()}`;
const key = `main/${orderNo}`;
const payNo = payNoOf({ atMs: Date.now(), slot: slotOf(key), random: 7 });
/** The aim is an order with 10,000 events; here so many that the test stays short. */
const callbacks = 300;
let folder: string;

async function cli(...args: readonly string[]) {
  const out = recordOutput();
  const { signal } = new AbortController();
  const exitCode = await runCli({ args, env, out, signal, createSession });
  return { exitCode, stdout: out.stdout(), stderr: out.stderr() };
}

/** As the payments task would write it: numbered, chained, in one transaction. */
async function writeHistory(payloads: readonly Payload[]): Promise<void> {
  const brokers = env.PLUMBLINE_KAFKA_BROKERS.split(',');
  const log = await createKafkaLog({ brokers, clientId: 'cli-test' });
  const schemaIds = createRegistrySchemaIds({ url: env.PLUMBLINE_REGISTRY_URL });
  try {
    const topic = topics.paymentsEvents.name;
    const codec = createCodec(schemaIds);
    await codec.prepare([topic]);
    let previousHash = firstPreviousHash;
    const records = payloads.map((payload, index): OutgoingRecord => {
      const value = codec.encode(topic, payload);
      const envelope: Envelope = {
        ...{ id: randomUUID(), type: payload.type, source: '/plumbline/test', subject: payNo },
        ...{ timeMs: 0, correlationId: 'x', causationId: 'c', actor: 'system:test' },
        ...{ aggregateVersion: BigInt(index + 1), previousHash, subjectKeyId: null },
        traceparent: null,
      };
      previousHash = hashOfEvent({ key, envelope, body: bodyOf(value) });
      const partition = partitionOfRecordKey(key, 4);
      const headers = encodeEnvelope(envelope);
      return { topic, partition, key: Buffer.from(key), value, headers };
    });
    const producer = await log.openTransactionalProducer({ transactionalId: randomUUID() });
    for (let at = 0; at < records.length; at += 500)
      await producer.transact(records.slice(at, at + 500));
    await producer.close();
  } finally {
    await log.close();
    await schemaIds.close();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'travel-'));
  const vault = openVault({
    ...{ url: env.PLUMBLINE_POSTGRES_URL, tenant: 'main', localStack: true, nowMs: Date.now },
    masterKeys: masterKeysOf({ PLUMBLINE_LOCAL_STACK: true }),
    ...{ logger: silentLogger, metrics: createMetrics({ service: 'test', processMetrics: false }) },
  });
  const personal = await vault.keyRing.encrypt('app:demo_app', '{"to":"Ana"}');
  await vault.close();
  const { type, data } = paymentCreated(payNo, personal);
  const said = (index: number) => {
    const callback = callbackRecorded(payNo, orderNo);
    return { ...callback, data: { ...callback.data, callbackId: `c${index}` } };
  };
  await writeHistory([
    { type, data: { ...data, orderNo } },
    ...Array.from({ length: callbacks }, (_, index) => said(index)),
  ]);
});

afterAll(() => rm(folder, { recursive: true }));

it('shows a payment at a version and an offset, and what changed between, from the log alone', async () => {
  const first = await cli('payment', 'show', payNo, '--at', 'v1', '--json');
  const { state, since } = JSON.parse(first.stdout) as {
    readonly state: { readonly status: string; readonly callbacks: readonly unknown[] };
    readonly since: { readonly offset: string };
  };
  expect(state).toMatchObject({ status: 'created', callbacks: [] });
  const second = (BigInt(since.offset) + 1n).toString();
  const { stdout } = await cli('payment', 'show', payNo, '--at-offset', second);
  expect(stdout).toMatch(/callbacks\[0\]\.callbackId +c0/);
  const difference = await cli('payment', 'show', payNo, '--diff', 'v1', 'v2');
  expect(difference.stdout).toMatch(/\+ callbacks\[0\]\.callbackId +c0/);
});

it('shows personal data for a reason, and keeps in the vault who looked', async () => {
  const masked = await cli('payment', 'show', payNo, '--at', 'now');
  expect(masked.stdout).toMatch(/extraData +\(encrypted\)/);
  const refused = await cli('payment', 'show', payNo, '--reveal');
  expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
  const reason = `ticket ${randomUUID()}`;
  const shown = await cli('payment', 'show', payNo, '--reveal', '--reason', reason);
  expect(shown.stdout).toContain('{"to":"Ana"}');
  const postgres = openPostgres({ url: env.PLUMBLINE_POSTGRES_URL, logger: silentLogger });
  try {
    const rows = await postgres.query(
      `select what, actor from ${vaultSchema}.reveals where reason = ?`,
      [reason],
    );
    expect(rows).toEqual([
      { what: `payment show ${payNo}`, actor: expect.stringMatching(/^operator:/) as unknown },
    ]);
  } finally {
    await postgres.close();
  }
});

it('writes the page of its order', async () => {
  const file = join(folder, 'page.html');
  expect(await cli('order', 'timeline', orderNo, '--html', file)).toMatchObject({ exitCode: 0 });
  const html = await readFile(file, 'utf8');
  expect(html).toContain(`webhooks in (${callbacks})`);
  expect(html).not.toContain('Ana');
});
