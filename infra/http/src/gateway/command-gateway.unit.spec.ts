import { setTimeout as sleep } from 'node:timers/promises';
import { createCodec, createMemorySchemaIds, decodeEnvelope } from '@plumbline/events';
import type { MemoryLog } from '@plumbline/kafka';
import { createMemoryLog } from '@plumbline/kafka';
import { partitionOfRecordKey, payNo, slotOf } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, describe, expect, it } from 'vitest';
import {
  commandsTopic,
  outcomeRecord,
  outcomesTopic,
  startFakeDecider,
} from '../testing/fake-decider.ts';
import type { CommandGateway, CommandGatewayOptions } from './command-gateway.ts';
import { command, sendingWith, until } from '../testing/gateway-fixture.ts';
import { createCommandGateway } from './command-gateway.ts';
import { Overloaded, WriteFailed, WriteUnknown } from './errors.ts';

const partitions = 4;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function world(
  options: {
    readonly log?: (log: MemoryLog) => MemoryLog;
    readonly decider?: false | Partial<Parameters<typeof startFakeDecider>[0]>;
    readonly gateway?: Partial<CommandGatewayOptions>;
  } = {},
) {
  const memory = createMemoryLog({
    topics: [
      { name: commandsTopic, partitions },
      { name: outcomesTopic, partitions },
    ],
  });
  const log = options.log?.(memory) ?? memory;
  const codec = createCodec(createMemorySchemaIds());
  await codec.prepare([commandsTopic, outcomesTopic]);
  if (options.decider !== false) {
    const decider = await startFakeDecider({ log: memory, codec, partitions, ...options.decider });
    closing.push(() => decider.stop());
  }
  const metrics = createMetrics({ service: 'payments', processMetrics: false });
  const gateway = await createCommandGateway({
    log,
    codec,
    logger: silentLogger,
    metrics,
    source: '/plumbline/payments-edge',
    commandsTopic,
    outcomesTopic,
    partitions,
    waitMs: 1_000,
    ...options.gateway,
  });
  closing.push(() => gateway.close());
  const written = () => memory.topicRecords(commandsTopic);
  return { log: memory, codec, gateway, metrics, written };
}

describe('execute', () => {
  it('writes one command with its envelope, to the partition of its key, and gives the decision', async () => {
    const { gateway, written, codec } = await world({ gateway: { nowMs: () => 1_000 } });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const executed = await gateway.execute(command('cmd-1', { causationId: 'x', traceparent }));
    expect(executed).toMatchObject({
      kind: 'decided',
      outcome: { commandId: 'cmd-1', status: 'ACCEPTED', answer: '{"status":"INIT"}' },
    });
    const [record, ...more] = written();
    expect(more).toEqual([]);
    expect(record?.key?.toString()).toBe('main/A-1');
    expect(record?.partition).toBe(partitionOfRecordKey('main/A-1', partitions));
    expect(decodeEnvelope(record?.headers ?? {})).toEqual({
      id: 'cmd-1',
      type: 'CreatePayment',
      source: '/plumbline/payments-edge',
      subject: 'A-1',
      timeMs: 1_000,
      correlationId: 'c-1',
      causationId: 'x',
      actor: 'api:demo_app',
      aggregateVersion: null,
      previousHash: null,
      subjectKeyId: null,
      traceparent,
    });
    expect(codec.decode(commandsTopic, record?.value ?? null)).toMatchObject({
      type: 'CreatePayment',
      data: { amountMinor: 9_999n },
    });
  });

  it('sends a command that knows only a payment number to the slot inside it', async () => {
    const { gateway, written } = await world();
    const key = payNo({ atMs: 1, slot: slotOf('main/A-1'), random: 7 });
    await gateway.execute(command('cmd-1', { key }));
    await gateway.execute(command('cmd-2', { partition: 3 }));
    const home = partitionOfRecordKey('main/A-1', partitions);
    expect(written().map((record) => record.partition)).toEqual([home, 3].sort());
  });

  it('keeps many commands apart', async () => {
    const { gateway } = await world({
      decider: { decide: ({ key }) => ({ answer: JSON.stringify(key?.toString()) }) },
    });
    const ids = Array.from({ length: 50 }, (_, i) => `main/A-${i}`);
    const all = await Promise.all(ids.map((key) => gateway.execute(command(`of-${key}`, { key }))));
    const answers = all.map((e) => (e.kind === 'decided' ? e.outcome.answer : null));
    expect(answers).toEqual(ids.map((key) => JSON.stringify(key)));
  });

  it('answers everyone who waits for the same command', async () => {
    const { gateway, written } = await world({ decider: { delayMs: 20 } });
    const both = await Promise.all([
      gateway.execute(command('same')),
      gateway.execute(command('same')),
    ]);
    expect(both.map((e) => e.kind)).toEqual(['decided', 'decided']);
    expect(written()).toHaveLength(2);
  });

  it('takes the outcome of another record of the same command, and ignores later ones', async () => {
    const { gateway, log, codec, written } = await world({ decider: false });
    const waiting = gateway.execute(command('cmd-1'));
    await until(() => written().length === 1);
    const [record] = written();
    if (!record) throw new Error('nothing was written');
    log.appendRaw(outcomeRecord(codec, record, { status: 'UNCHANGED' }));
    log.appendRaw(outcomeRecord(codec, record, { status: 'ACCEPTED' }));
    log.appendRaw(outcomeRecord(codec, record, { commandId: 'of-nobody' }));
    expect(await waiting).toMatchObject({ kind: 'decided', outcome: { status: 'UNCHANGED' } });
    const next = gateway.execute(command('cmd-2'));
    await until(() => written().length === 2);
    log.appendRaw(outcomeRecord(codec, record, { commandId: 'cmd-2' }));
    expect(await next).toMatchObject({ kind: 'decided' });
  });

  it('is pending when Kafka has it and no outcome comes in time; a repeat gets the decision', async () => {
    const { gateway, written } = await world({
      decider: { delayMs: 150 },
      gateway: { waitMs: 60 },
    });
    expect(await gateway.execute(command('slow'))).toEqual({ kind: 'pending' });
    await sleep(120);
    await gateway.execute(command('slow'));
    await sleep(200);
    expect(written()).toHaveLength(2);
    expect(gateway.lastSeenVersion('main/A-1')).toBe(1n);
  });

  it('never shows an outcome that was not committed', async () => {
    const { gateway, log, codec, written } = await world({
      decider: false,
      gateway: { waitMs: 300 },
    });
    const waiting = gateway.execute(command('cmd-1'));
    await until(() => written().length === 1);
    const [record] = written();
    if (!record) throw new Error('nothing was written');
    const session = await log.openTransactionSession('zombie');
    await session.send([outcomeRecord(codec, record)]);
    await session.abort();
    expect(await waiting).toEqual({ kind: 'pending' });
    expect(gateway.lastSeenVersion('main/A-1')).toBeNull();
  });
});

describe('a write whose fate is unclear', () => {
  it('repeats the same record after a lost request, and loses nothing', async () => {
    const { gateway, log, written } = await world();
    log.failNext('edge-request-lost');
    expect(await gateway.execute(command('cmd-1'))).toMatchObject({ kind: 'decided' });
    expect(written()).toHaveLength(1);
  });

  it('needs no repeat after a lost reply when the outcome itself arrives', async () => {
    const { gateway, log, written } = await world();
    log.failNext('edge-reply-lost');
    const executed = await gateway.execute(command('cmd-1'));
    expect(executed).toMatchObject({ kind: 'decided', outcome: { status: 'ACCEPTED' } });
    await sleep(200);
    expect(written()).toHaveLength(1);
  });

  it('repeats with the same id after a lost reply when the outcome is slow', async () => {
    const { gateway, log, written } = await world({ decider: { delayMs: 250 } });
    log.failNext('edge-reply-lost');
    expect(await gateway.execute(command('cmd-1'))).toMatchObject({ kind: 'decided' });
    const ids = written().map((record) => decodeEnvelope(record.headers).id);
    expect(ids).toEqual(['cmd-1', 'cmd-1']);
    expect(written()[0]?.value).toEqual(written()[1]?.value);
  });

  it('is unknown when the repeat is lost too, and never more than two records', async () => {
    const { gateway, log, written } = await world({ decider: false, gateway: { waitMs: 400 } });
    log.failNext('edge-request-lost');
    log.failNext('edge-reply-lost');
    await expect(gateway.execute(command('cmd-1'))).rejects.toThrow(WriteUnknown);
    expect(written()).toHaveLength(1);
  });

  it('is answered by an outcome that arrives meanwhile, even then', async () => {
    const { gateway, log } = await world({ decider: { delayMs: 200 } });
    log.failNext('edge-reply-lost');
    log.failNext('edge-request-lost');
    expect(await gateway.execute(command('cmd-1'))).toMatchObject({ kind: 'decided' });
  });

  it('stays unknown when the repeat is refused, for the first may have been written', async () => {
    let sends = 0;
    const refusing = await world({
      decider: false,
      gateway: { waitMs: 300 },
      log: sendingWith(async (send) => {
        sends += 1;
        if (sends === 2) refusing.log.failNext('edge-refused');
        else refusing.log.failNext('edge-reply-lost');
        return send();
      }),
    });
    await expect(refusing.gateway.execute(command('cmd-2'))).rejects.toThrow(WriteUnknown);
    expect(sends).toBe(2);
    expect(refusing.written()).toHaveLength(1);
  });

  it('fails at once when the write was refused', async () => {
    const { gateway, log, written } = await world({ gateway: { waitMs: 60_000 } });
    log.failNext('edge-refused');
    await expect(gateway.execute(command('cmd-1'))).rejects.toThrow(WriteFailed);
    expect(written()).toEqual([]);
  });
});

describe('admission', () => {
  it('refuses what is too much before anything is written', async () => {
    const { gateway, written, metrics } = await world({
      decider: { delayMs: 50 },
      gateway: { inFlightMax: 2 },
    });
    const first = [gateway.execute(command('a')), gateway.execute(command('b'))];
    await expect(gateway.execute(command('c'))).rejects.toThrow(Overloaded);
    await Promise.all(first);
    expect(written()).toHaveLength(2);
    expect(await gateway.execute(command('d'))).toMatchObject({ kind: 'decided' });
    const text = await metrics.text();
    expect(text).toContain('plumbline_commands_in_flight{topic="payments.commands.v1"');
    expect(text).toMatch(/plumbline_command_seconds_count\{[^}]*result="Overloaded"[^}]*\} 1/);
  });

  it('keeps the slot of a write that hangs, so that a hanging log fills the edge up', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { gateway } = await world({
      gateway: { inFlightMax: 1, waitMs: 50 },
      log: sendingWith((send) => held.then(send)),
    });
    await expect(gateway.execute(command('a'))).rejects.toThrow(WriteUnknown);
    await expect(gateway.execute(command('b'))).rejects.toThrow(Overloaded);
    release();
    await sleep(50);
    expect(await gateway.execute(command('c'))).toMatchObject({ kind: 'decided' });
  });

  it('refuses a partition count that is not the log’s', async () => {
    await expect(world({ gateway: { partitions: 8 } })).rejects.toThrow('PLUMBLINE_PARTITIONS');
  });
});

describe('the reader of outcomes', () => {
  it('starts at the end, and is ready once it has its positions', async () => {
    const { gateway, log, codec, written } = await world();
    await gateway.execute(command('old'));
    const second = await another(log, codec, {});
    expect(second.ready()).toBe(true);
    expect(second.lastSeenVersion('main/A-1')).toBeNull();
    expect(await second.execute(command('new'))).toMatchObject({ kind: 'decided' });
    // Outcomes of commands that others sent are seen by every edge.
    expect(gateway.lastSeenVersion('main/A-1')).toBe(1n);
    expect(written()).toHaveLength(2);
  });

  it('sees an outcome whose transaction was open at its start', async () => {
    const { log, codec, written, gateway } = await world({ decider: false });
    const lost = gateway.execute(command('cmd-1'));
    await until(() => written().length === 1);
    const [record] = written();
    if (!record) throw new Error('nothing was written');
    const session = await log.openTransactionSession('decider');
    await session.send([outcomeRecord(codec, record, { aggregateVersion: 7n })]);
    const second = await another(log, codec, {});
    await session.commit();
    await until(() => second.lastSeenVersion('main/A-1') === 7n);
    await lost;
  });

  it('reconnects where it was and misses nothing', async () => {
    const { gateway, log, codec, written } = await world({
      decider: false,
      gateway: { waitMs: 5_000 },
    });
    for (let i = 0; i < 3; i += 1) log.failNext('fetch-unavailable');
    const waiting = gateway.execute(command('cmd-1'));
    await until(() => written().length === 1);
    const [record] = written();
    if (!record) throw new Error('nothing was written');
    log.appendRaw(outcomeRecord(codec, record));
    const samples: boolean[] = [];
    const sampling = setInterval(() => samples.push(gateway.ready()), 10);
    expect(await waiting).toMatchObject({ kind: 'decided' });
    clearInterval(sampling);
    // 100, 200 and 400 ms of waiting between the attempts.
    expect(samples.length).toBeGreaterThan(20);
    expect(samples).not.toContain(false);
  });

  it('says that it is not ready, and refuses before writing, when it cannot read for long', async () => {
    const { gateway, log, written } = await world({ decider: false, gateway: { waitMs: 100 } });
    const storm = setInterval(() => log.failNext('fetch-unavailable'), 5);
    closing.push(() => {
      clearInterval(storm);
      return Promise.resolve();
    });
    await gateway.execute(command('cmd-1'));
    await until(() => !gateway.ready());
    await sleep(150);
    const before = written().length;
    await expect(gateway.execute(command('cmd-2'))).rejects.toThrow('cannot be read');
    expect(written()).toHaveLength(before);
  });

  it('goes on at the end of a log that was made anew, and forgets the versions of the old', async () => {
    const { gateway, log, codec, written } = await world({
      decider: { decide: () => ({ aggregateVersion: 9n }) },
    });
    await gateway.execute(command('cmd-1'));
    expect(gateway.lastSeenVersion('main/A-1')).toBe(9n);
    const [record] = written();
    if (!record) throw new Error('nothing was written');
    log.recreateTopic(outcomesTopic);
    await until(() => gateway.lastSeenVersion('main/A-1') === null);
    await until(() => gateway.ready());
    log.appendRaw(outcomeRecord(codec, record, { aggregateVersion: 2n }));
    await until(() => gateway.lastSeenVersion('main/A-1') === 2n);
  });

  it('passes over an outcome that nobody can read', async () => {
    const { gateway, log } = await world();
    const bytes = { topic: outcomesTopic, partition: 0, headers: {} };
    log.appendRaw({ ...bytes, key: Buffer.from('k'), value: Buffer.from('garbage') });
    log.appendRaw({ ...bytes, key: Buffer.from('k'), value: Buffer.from([0, 0, 0, 99, 9, 1]) });
    log.appendRaw({ ...bytes, key: null, value: null });
    expect(await gateway.execute(command('cmd-1'))).toMatchObject({ kind: 'decided' });
  });
});

describe('close', () => {
  it('answers what is under way, and takes nothing more', async () => {
    const { gateway } = await world({ decider: false, gateway: { waitMs: 60_000 } });
    const waiting = gateway.execute(command('cmd-1'));
    await sleep(10);
    await gateway.close();
    expect(await waiting).toEqual({ kind: 'pending' });
    expect(gateway.ready()).toBe(false);
    await expect(gateway.execute(command('cmd-2'))).rejects.toThrow(WriteFailed);
  });
});

async function another(
  log: MemoryLog,
  codec: CommandGatewayOptions['codec'],
  change: Partial<CommandGatewayOptions>,
): Promise<CommandGateway> {
  const gateway = await createCommandGateway({
    log,
    codec,
    logger: silentLogger,
    metrics: createMetrics({ service: 'other', processMetrics: false }),
    source: '/plumbline/other-edge',
    commandsTopic,
    outcomesTopic,
    partitions,
    ...change,
  });
  closing.push(() => gateway.close());
  return gateway;
}
