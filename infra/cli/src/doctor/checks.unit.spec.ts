import type { TopicSpec } from '@plumbline/events';
import { allTopics } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import type { BrokerState, TopicState } from '../session/cluster-admin.ts';
import type { SchemaState } from '../session/registry-view.ts';
import { brokerChecks } from './broker-checks.ts';
import { migrationCheck } from './read-model-checks.ts';
import { isKeptForEver, retentionChecks } from './retention-checks.ts';
import { schemaChecks } from './schema-checks.ts';
import { topicChecks } from './topic-checks.ts';
import { allProjections } from '../projections.ts';

const asCatalogued = (spec: TopicSpec): TopicState => ({
  name: spec.name,
  settings: spec.config,
  partitions: Array.from({ length: spec.partitions === 'shared' ? 4 : 1 }, (_, partition) => ({
    ...{ partition, startOffset: 0n, endOffset: 0n },
  })),
});
const states = allTopics.map(asCatalogued);

/** The catalogue's topics with one of them changed. */
const withTopic = (name: string, change: Partial<TopicState>): readonly TopicState[] =>
  states.map((state) => (state.name === name ? { ...state, ...change } : state));

const changed = (name: string, setting: string, value: string): readonly TopicState[] =>
  withTopic(name, {
    settings: { ...states.find((state) => state.name === name)?.settings, [setting]: value },
  });

const [commands, events] = ['orders.commands.v1', 'orders.events.v1'] as const;

describe('topics', () => {
  it('are fine as catalogued', () => {
    expect(topicChecks(allTopics, states, 4)).toMatchObject([{ state: 'ok', name: 'topics' }]);
  });

  it.each([
    ['missing', states.filter(({ name }) => name !== events), 'fail', 'missing'],
    ['of other partitions', withTopic(events, { partitions: [] }), 'fail', '0 partitions, not 4'],
    ['CreateTime', changed(events, 'message.timestamp.type', 'CreateTime'), 'fail', 'CreateTime'],
    ['compacted', changed(events, 'cleanup.policy', 'compact'), 'fail', 'cleanup.policy'],
    ['kept shorter', changed(events, 'retention.ms', '1000'), 'fail', 'retention.ms is 1000'],
    ['capped', changed(events, 'retention.bytes', '1000'), 'fail', 'retention.bytes'],
    ['kept longer', changed(commands, 'retention.ms', '-1'), 'warn', 'retention.ms is -1'],
  ])('are found %s', (_, found, state, detail) => {
    const checks = topicChecks(allTopics, found, 4);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ state });
    expect(checks[0]?.detail).toContain(detail);
    expect(checks[0]?.fix).not.toBeNull();
  });
});

describe('what retention has eaten', () => {
  const begun = (name: string): readonly TopicState[] =>
    withTopic(name, { partitions: [{ partition: 2, startOffset: 7n, endOffset: 9n }] });

  it('is nothing where every topic begins with its first record', () => {
    expect(retentionChecks(allTopics, states, allProjections)).toMatchObject([{ state: 'ok' }]);
  });

  it.each([
    ['of a topic that is kept for ever', events, 'fail', 'rebuild of orders'],
    ['of one that nothing is built from', 'orders.dead-letters.v1', 'fail', 'is deleted'],
    ['of one that is not kept, yet built from', commands, 'warn', 'rebuild of commands'],
  ])('is told %s', (_, name, state, detail) => {
    const checks = retentionChecks(allTopics, begun(name), allProjections);
    expect(checks).toMatchObject([{ state, name: `beginning of ${name}` }]);
    expect(checks[0]?.detail).toContain('partition 2 up to offset 7');
    expect(checks[0]?.detail).toContain(detail);
  });

  it('is no matter where nothing is built from the topic', () => {
    const [outcomes] = allTopics.filter(({ kind }) => kind === 'outcomes');
    const models = allProjections.filter(({ inputs }) => !inputs.includes(outcomes?.name ?? ''));
    expect(retentionChecks(allTopics, begun(outcomes?.name ?? ''), models)).toMatchObject([
      { state: 'ok' },
    ]);
  });

  it('cannot be what a read model is built from, but for those that say so in the docs', () => {
    const shortened = new Set(allTopics.filter((spec) => !isKeptForEver(spec)).map((s) => s.name));
    const losing = allProjections.filter(({ inputs }) =>
      inputs.some((name) => shortened.has(name)),
    );
    expect(losing.map(({ name }) => name).sort()).toEqual(['commands', 'refused_callbacks']);
  });
});

describe('brokers', () => {
  const fine = {
    'auto.create.topics.enable': 'false',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '1000',
    'transaction.max.timeout.ms': '900000',
    'group.min.session.timeout.ms': '6000',
    'message.max.bytes': '1048588',
  };
  const broker = (settings: Readonly<Record<string, string>>): BrokerState => ({
    ...{ id: 1, address: 'a:1', settings },
  });

  it('are fine as the local stack sets them', () => {
    expect(brokerChecks([broker(fine)])).toMatchObject([{ state: 'ok' }]);
  });

  it.each([
    ['auto.create.topics.enable', 'true', 'fail'],
    ['transaction.abort.timed.out.transaction.cleanup.interval.ms', '10000', 'warn'],
    ['transaction.max.timeout.ms', '4000', 'fail'],
    ['group.min.session.timeout.ms', '7000', 'fail'],
    ['message.max.bytes', '1000', 'warn'],
  ])('with %s = %s', (setting, value, state) => {
    const checks = brokerChecks([broker({ ...fine, [setting]: value })]);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ state, name: `broker 1 ${setting}` });
  });

  it('that do not tell a setting get a warning, not a pass', () => {
    expect(brokerChecks([broker({})]).map(({ state }) => state)).toEqual(
      Object.keys(fine).map(() => 'warn'),
    );
  });
});

describe('schemas', () => {
  const catalogue = { schemas: { 'p.A': '"string"' }, topics: [{ name: 't', records: ['p.A'] }] };
  const checked = (level: string, state: SchemaState) =>
    schemaChecks(
      {
        url: 'x',
        level: () => Promise.resolve(level),
        stateOf: (subject) => {
          expect(subject).toBe('t-p.A');
          return Promise.resolve(state);
        },
      },
      { ...catalogue, upcasters: [] },
    );

  it.each(['registered', 'registrable'] as const)('are fine when %s', async (state) => {
    const checks = await checked('FULL_TRANSITIVE', state);
    expect(checks.map((check) => check.state)).toEqual(['ok', 'ok']);
  });

  it('fail at another level', async () => {
    const [level] = await checked('NONE', 'registered');
    expect(level).toMatchObject({ state: 'fail' });
    expect(level?.detail).toContain('is NONE');
  });

  it('fail when incompatible', async () => {
    const checks = await checked('FULL_TRANSITIVE', 'incompatible');
    expect(checks).toContainEqual(expect.objectContaining({ state: 'fail', name: 'schema t-p.A' }));
  });
});

it.each([
  [{ done: ['1'], known: ['1'] }, 'ok'],
  [{ done: [], known: ['1'] }, 'fail'],
  [{ done: ['1', '2'], known: ['1'] }, 'fail'],
])('migrations %j are %s', (of, state) => {
  expect(migrationCheck('x', of).state).toBe(state);
});
