import type { DeadLettered } from '@plumbline/events';
import { allTopics } from '@plumbline/events';
import type { LogRecord, TopicPartition } from '@plumbline/kafka';

/** A dead letter, with where it stands itself. */
export interface Letter extends DeadLettered, TopicPartition {
  readonly offset: bigint;
  /** When it became one: broker time, epoch ms. */
  readonly timeMs: number;
  readonly letterId: string;
  /** The key of the record that it is about, as text. */
  readonly keyText: string | null;
  /** What its header says that the record is; empty where it says nothing. */
  readonly type: string;
}

export const deadLetterTopics: readonly string[] = allTopics
  .filter(({ kind }) => kind === 'dead-letters')
  .map(({ name }) => name);

/** The record that a letter is about, as it stood in the log. */
export const recordOf = (letter: Letter): LogRecord => ({
  ...{ topic: letter.originTopic, partition: letter.originPartition },
  ...{ offset: letter.originOffset, timestampMs: letter.originTime },
  ...{ key: letter.key, value: letter.value },
  headers: Object.fromEntries(letter.headers.map(({ name, value }) => [name, value])),
});

/** A letter without its bytes: a list of them helps nobody, and takes memory. */
export type LetterRow = Omit<Letter, 'key' | 'value' | 'headers'> & {
  readonly keyBytes: number | null;
  readonly valueBytes: number | null;
  readonly headers: readonly string[];
};

export const rowOf = ({ key, value, headers, ...letter }: Letter): LetterRow => ({
  ...letter,
  keyBytes: key?.length ?? null,
  valueBytes: value?.length ?? null,
  headers: headers.map(({ name }) => name),
});

/** What `dead-letters show` takes: where the letter stands. */
export const placeOf = ({ partition, offset }: Pick<Letter, 'partition' | 'offset'>): string =>
  `${partition}/${offset.toString()}`;

export const originOf = (letter: Omit<Letter, 'key' | 'value' | 'headers'>): string =>
  `${letter.originTopic}-${letter.originPartition} ${letter.originOffset.toString()}`;
