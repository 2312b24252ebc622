import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue.ts';
import { defaultDelayPrefix, delayTopicName } from './delay-topics.ts';
import { allTopics, topics } from './topics.ts';

const dayMs = 86_400_000;

/** The rows of the table in docs/formats.md: names and policy. */
function documented(): Map<string, { kind: string; policy: string }> {
  const text = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## Topics'), text.indexOf('## Values'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.flatMap((row) => {
      const [, names = '', kind = '', , policy = ''] = row.split('|');
      return [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => [
        name,
        { kind: kind.trim().replace(' ', '-'), policy },
      ]);
    }),
  );
}

describe('topics', () => {
  it('are those of docs/formats.md, with their kinds', () => {
    const kinds = new Map([...documented()].map(([name, { kind }]) => [name, kind]));
    expect(kinds.size).toBeGreaterThan(15);
    expect(new Map(allTopics.map(({ name, kind }) => [name, kind as string]))).toEqual(kinds);
  });

  it('have the policies of docs/formats.md', () => {
    for (const { name, kind, config } of allTopics) {
      const policy = documented().get(name)?.policy ?? '';
      expect(config['message.timestamp.type'], name).toBe('LogAppendTime');
      const compact = policy.includes('compact');
      expect(config['cleanup.policy'], name).toBe(compact ? 'compact' : 'delete');
      const days = Number(/(\d+) days?/.exec(policy)?.[1]);
      const retentionMs = config['retention.ms'];
      if (kind === 'delays') {
        const delayMs = Number(retentionMs) - days * dayMs;
        expect(name).toBe(delayTopicName({ prefix: defaultDelayPrefix, delayMs }));
      } else if (compact) expect(config['delete.retention.ms'], name).toBe(String(7 * dayMs));
      else if (policy.includes('kept for ever')) expect(retentionMs, name).toBe('-1');
      else if (policy.includes('1 hour')) expect(retentionMs, name).toBe('3600000');
      else expect(retentionMs, name).toBe(String(days * dayMs));
    }
    expect(Number(topics.paymentsInbox.config['retention.bytes'])).toBeGreaterThan(0);
  });

  it('carry every record that has a schema, and none that has not', () => {
    const carried = new Set(allTopics.flatMap(({ records }) => records));
    expect(carried).toEqual(new Set(Object.keys(catalogue.schemas)));
  });

  it('share their partition count, but for the clock', () => {
    expect(allTopics.filter(({ partitions }) => partitions === 1)).toEqual([topics.platformClock]);
  });
});
