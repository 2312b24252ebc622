import type { TopicSpec } from '@plumbline/events';
import { code, head, table } from './markdown.ts';

const introduction = `Every topic of the system, as \`schemas/events/src/topics.ts\` has it: made by \`npm run stack -- topics\`, compared by
\`npm run plumbline -- doctor\`. *Partitions* "shared" is the one count of the log (PLUMBLINE_PARTITIONS).`;

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `2592000000` is `30 days`. */
export function durationWords(ms: number): string {
  if (ms < 0) return 'for ever';
  const [unit, size] = units.find(([, each]) => ms >= each && ms % each === 0) ?? ['ms', 1];
  const count = ms / size;
  return `${count} ${unit}${count === 1 || unit === 'ms' ? '' : 's'}`;
}

const bytesWords = (bytes: number): string => (bytes < 0 ? 'no limit' : `${bytes / 2 ** 20} MiB`);

function settingWords([name, value]: readonly [string, string]): string {
  const number = Number(value);
  if (name.endsWith('.ms')) return `${name} = ${value} (${durationWords(number)})`;
  if (name.endsWith('.bytes')) return `${name} = ${value} (${bytesWords(number)})`;
  return `${name} = ${value}`;
}

const shortName = (record: string): string => record.slice(record.lastIndexOf('.') + 1);

export function topicsPage(topics: readonly TopicSpec[]): string {
  const kinds = [...new Set(topics.map(({ kind }) => kind))];
  const sections = kinds.map((kind) => {
    const rows = topics
      .filter((topic) => topic.kind === kind)
      .map((topic) => [
        code(topic.name),
        topic.description,
        topic.writer,
        String(topic.partitions),
        topic.records.map((record) => code(shortName(record))).join(' '),
        Object.entries(topic.config).map(settingWords).map(code).join('<br>'),
      ]);
    const columns = ['topic', 'what it says', 'only writer', 'partitions', 'records', 'policy'];
    return `\n## ${kind}\n\n${table(columns, rows)}`;
  });
  return head('Topics', introduction) + sections.join('');
}
