import { topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSampled, runWhatIf } from '../what-if/run-what-if.ts';
import type { WhatIfOptions } from '../what-if/run-what-if.ts';
import type { History } from '../what-if/testing-history.ts';
import { createHistory } from '../what-if/testing-history.ts';
import type { WhatIfCommandOptions } from './what-if.ts';
import { whatIf } from './what-if.ts';

let history: History;

const iso = (ms: number): string => new Date(ms).toISOString();

beforeEach(async () => {
  history = await createHistory();
});

afterEach(() => history.session.memory.close());

/** Four orders: shown at once, after 45 s, after 90 s, and never. Rule A waits for a minute. */
async function fourOrders(prefix = 'H'): Promise<void> {
  history.paid(`${prefix}1`, 100);
  history.paid(`${prefix}2`, 45_000);
  history.paid(`${prefix}3`, 90_000);
  history.paid(`${prefix}4`, null);
  history.pass(10 * 60_000);
  await history.raise();
}

async function ask(options: WhatIfCommandOptions = {}) {
  const session = history.session.again();
  const exitCode = await whatIf(session, { to: iso(history.nowMs()), ...options });
  return { exitCode, text: session.out.stdout() };
}

interface Answer {
  readonly rules: readonly {
    readonly rule: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly changes: Readonly<Record<string, number>>;
    readonly endedByPerson: number;
    readonly atStakeMinor: Readonly<Record<string, Readonly<Record<string, string>>>>;
  }[];
  readonly alerts: readonly { readonly verdict: string; readonly changes: readonly string[] }[];
}

async function answer(options: WhatIfCommandOptions = {}) {
  const { exitCode, text } = await ask({ ...options, json: true });
  const { rules, alerts } = JSON.parse(text) as Answer;
  return { exitCode, rule: rules.find(({ rule }) => rule === 'A'), alerts };
}

describe('what-if', () => {
  it('with the parameters of the time finds what was raised', async () => {
    await fourOrders();
    const { exitCode, text } = await ask();
    expect(text).toMatch(/^A +2 +2 +2 +0 +0 +0/m);
    expect(text).toContain('all the same');
    expect(exitCode).toBe(0);
  });

  it('with a shorter grace finds more, and the others earlier', async () => {
    await fourOrders();
    const { exitCode, rule, alerts } = await answer({ set: ['A.grace=30s'] });
    expect(rule?.counts).toEqual({ new: 1, gone: 0, changed: 2, same: 0 });
    expect(rule?.changes).toMatchObject({ earlier: 2, later: 0, end: 0, severity: 0 });
    expect(rule?.atStakeMinor).toMatchObject({ new: { CNY: '9990' }, changed: { CNY: '19980' } });
    expect(alerts.map(({ verdict }) => verdict).sort()).toEqual(['changed', 'changed', 'new']);
    expect(exitCode).toBe(1);
  });

  it('with a longer one misses some, and says the others later, with their evidence', async () => {
    await fourOrders();
    const { exitCode, text } = await ask({ rules: 'A', set: ['grace=2m'] });
    expect(text).toMatch(/^A +2 +1 +0 +0 +1 +1 .*99\.90 CNY/m);
    expect(text).toMatch(/^gone {5}2026-01-05T\S+ {2}A {2}\S+ +H3 {2}99\.90 CNY/m);
    expect(text).toMatch(/^ {4}healed by itself after 30s/m);
    expect(text).toMatch(/PaymentSucceeded payments\.events\.v1-\d@\d+/);
    expect(text).toMatch(/raised 2026-01-05T\S+, would be 2026-01-05T/);
    expect(exitCode).toBe(1);
  });

  it('a rule that was off is found new, and one that is off is gone', async () => {
    await fourOrders();
    expect((await answer({ disable: 'A' })).rule?.counts).toMatchObject({ gone: 2, new: 0 });
    expect((await answer({ disable: 'B' })).exitCode).toBe(0);
  });

  it('compares what was raised in the window, and holds changes from its beginning', async () => {
    await fourOrders();
    const secondMs = history.nowMs();
    await fourOrders('K');
    const later = await answer({ from: iso(secondMs), set: ['A.grace=2m'] });
    expect(later.rule?.counts).toEqual({ new: 0, gone: 1, changed: 1, same: 0 });
    const first = await answer({ to: iso(secondMs), set: ['A.grace=2m'] });
    expect(first.rule?.counts).toEqual({ new: 0, gone: 1, changed: 1, same: 0 });
    const none = await answer({ from: iso(history.nowMs() - 1), set: ['A.grace=2m'] });
    expect(none).toMatchObject({ exitCode: 0, rule: undefined });
  });

  it('a window may begin at a record, and one that is not there is a mistake', async () => {
    await fourOrders();
    const [record] = history.session.memory.topicRecords(topics.paymentsEvents.name);
    const at = `${topics.paymentsEvents.name}-${record?.partition ?? 0}@`;
    expect((await ask({ from: `${at}0` })).text).toContain(`from ${iso(record?.timestampMs ?? 0)}`);
    await expect(ask({ from: `${at}999` })).rejects.toThrow('no committed record');
  });

  it('goes by the parameters of the time outside of what is asked', async () => {
    history.setGrace('A', 30_000);
    await fourOrders();
    expect((await answer()).rule?.counts).toEqual({ new: 0, gone: 0, changed: 0, same: 3 });
    const changed = await answer({ set: ['M.unknownGraceMs=5m'] });
    expect(changed).toMatchObject({ exitCode: 0, rule: { counts: { same: 3 } } });
  });

  it('parameters set later in the window do not undo what is asked', async () => {
    await fourOrders();
    history.setGrace('A', 30_000);
    await fourOrders('K');
    const { rule } = await answer({ set: ['A.grace=2m'] });
    expect(rule?.counts).toEqual({ new: 0, gone: 3, changed: 2, same: 0 });
  });

  it('what a person said of an alert is no difference', async () => {
    history.paid('H3', 10 * 60_000);
    history.pass(2 * 60_000);
    await history.raise();
    const [raised] = history.session.memory.topicRecords(topics.alertsEvents.name);
    const { data } = history.session.memoryCodec.decode(
      topics.alertsEvents.name,
      raised?.value ?? null,
    ) as { readonly data: { readonly alertId: string } };
    const { alertId } = data;
    history.say('H3', { type: 'ResolveAlert', data: { alertId, reason: 'looked at' } });
    history.pass(60 * 60_000);
    await history.raise();
    const { rule } = await answer({ set: ['A.grace=4m'] });
    expect(rule).toMatchObject({ counts: { changed: 1 }, changes: { later: 1, end: 0 } });
    expect(rule?.endedByPerson).toBe(1);
  });

  it('says as new what the running task never said', async () => {
    await fourOrders();
    const { memory } = history.session;
    const alerts = memory.topicRecords(topics.alertsEvents.name);
    const last = alerts.at(-1);
    if (last === undefined) throw new Error('alerts were raised');
    memory.recreateTopic(topics.alertsEvents.name);
    const lacking = await answer();
    expect(lacking).toMatchObject({ exitCode: 1, rule: { counts: { new: 2, same: 0 } } });
    memory.appendRaw(last);
    expect((await answer()).rule?.counts).toMatchObject({ new: 1, same: 1 });
  });
});

describe('a sample', () => {
  it('takes its part of every partition, and the same orders each time', async () => {
    for (let n = 0; n < 60; n += 1) history.paid(`S${n}`, null);
    history.pass(5 * 60_000);
    await history.raise();
    const tenth = await answer({ sample: '1/4', list: 'same', limit: '100' });
    const all = await answer({ list: 'same', limit: '100' });
    const { same = 0 } = tenth.rule?.counts ?? {};
    expect(all.rule?.counts['same']).toBe(60);
    expect(same).toBeGreaterThan(5);
    expect(same).toBeLessThan(30);
    expect(tenth.exitCode).toBe(0);
    expect(await answer({ sample: '1/4', list: 'same', limit: '100' })).toEqual(tenth);
  });

  it('of parts that are all of it is everything, each key in one', () => {
    const keys = Array.from({ length: 500 }, (_, n) => `main/O${n}`);
    const inPart = (part: number) => keys.filter((key) => isSampled({ part, of: 5 }, key)).length;
    expect([inPart(5), isSampled(null, 'x')]).toEqual([500, true]);
    expect(inPart(1)).toBeGreaterThan(50);
    expect(inPart(1)).toBeLessThan(inPart(2));
  });
});

describe('what-if refuses', () => {
  it.each<[string, WhatIfCommandOptions, string]>([
    ['a rule that there is not', { set: ['Q.grace=1s'] }, 'no rule is called Q'],
    ['a parameter without its rule', { set: ['grace=1s'] }, 'of which rule?'],
    ['what is no setting', { set: ['A.grace'] }, 'rule.parameter=value'],
    ['a value that is no duration', { set: ['A.grace=soon'] }, 'is a duration'],
    ['a grace beyond its range', { set: ['A.grace=90d'] }, 'the grace of rule A is'],
    ['a value that the rule has not', { set: ['A.patience=1s'] }, 'it has none'],
    ['a rule on and off', { activate: 'A', disable: 'A' }, 'at once'],
    ['a time without its zone', { from: '2026-01-05T00:00:00' }, 'names no time zone'],
    ['a window that ends before it begins', { from: '2030-01-01T00:00:00Z' }, 'before it begins'],
    ['a sample of more than all', { sample: '3/2' }, '--sample is a part'],
    ['a sample of nothing', { sample: '0/2' }, '--sample is a part'],
    ['a list of something else', { list: 'old' }, '--list is some of'],
    ['a limit that is no number', { limit: 'many' }, '--limit is a whole number'],
  ])('%s', async (_what, options, says) => {
    await expect(ask(options)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(says) as string,
    });
  });

  it('a log whose beginning is deleted', async () => {
    await fourOrders();
    const { memory } = history.session;
    const [record] = memory.topicRecords(topics.ordersEvents.name);
    const { topic, partition } = record ?? { topic: '', partition: 0 };
    memory.deleteBefore({ topic, partition, offset: 1n });
    await expect(ask()).rejects.toMatchObject({ exitCode: 1 });
  });

  it('to compare with what cannot be read, and says where it stands', async () => {
    await fourOrders();
    const { memory } = history.session;
    const [raised] = memory.topicRecords(topics.alertsEvents.name);
    if (raised === undefined) throw new Error('alerts were raised');
    memory.appendRaw({ ...raised, value: Buffer.from('not of ours') });
    await expect(ask()).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/v1-\d at \d+ cannot be read/) as string,
    });
  });

  it('to go on after Ctrl-C', async () => {
    await fourOrders();
    const session = history.session.again();
    session.interrupt();
    await expect(whatIf(session, { to: iso(history.nowMs()) })).rejects.toThrow('interrupted');
  });

  it('more alerts than it can keep', async () => {
    await fourOrders();
    await expect(runWhatIf({ ...options(), alertsMax: 0 })).rejects.toThrow('--sample 1/10');
  });
});

const options = (): WhatIfOptions => ({
  ...{ log: history.session.memory, codec: history.session.memoryCodec, partitions: 4 },
  window: { fromMs: 0, toMs: history.nowMs() },
  ...{ changes: [], sample: null, alertsMax: 1_000, signal: history.session.signal },
  onAlert: () => undefined,
});

type Lacks<T, Name extends string> = Name extends keyof T ? false : true;

describe('what-if cannot write', () => {
  it('by type: what it is given of the log has no producer', () => {
    const lacks: {
      readonly edge: Lacks<WhatIfOptions['log'], 'openEdgeProducer'>;
      readonly transactions: Lacks<WhatIfOptions['log'], 'openTransactionalProducer'>;
      readonly groups: Lacks<WhatIfOptions['log'], 'join'>;
    } = { edge: true, transactions: true, groups: true };
    expect(Object.values(lacks)).not.toContain(false);
  });

  it('and does not, given a whole log: no record is added, and no producer opened', async () => {
    await fourOrders();
    const { memory } = history.session;
    const opened: string[] = [];
    const tells: Log = {
      ...memory,
      describeTopics: (topics) => memory.describeTopics(topics),
      ends: (of) => memory.ends(of),
      openReader: (of) => memory.openReader(of),
      openEdgeProducer: () => (opened.push('edge'), memory.openEdgeProducer()),
      openTransactionalProducer: (of) => (
        opened.push('transactional'),
        memory.openTransactionalProducer(of)
      ),
    };
    const found: string[] = [];
    const sizes = () =>
      Object.values(topics).map(({ name }) => memory.topicRecords(name, 'read_uncommitted').length);
    const before = sizes();
    await runWhatIf({
      ...{ ...options(), log: tells, changes: [{ rule: 'A', graceMs: 1 }] },
      onAlert: ({ verdict }) => found.push(verdict),
    });
    expect(found).toContain('new');
    expect(opened).toEqual([]);
    expect(sizes()).toEqual(before);
  });
});
