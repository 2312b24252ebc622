import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { LogRecord } from '@plumbline/kafka';
import type { Command } from 'commander';
import type { Letter } from '../dead-letters/letters.ts';
import { letterOf, originOf, placeOf } from '../dead-letters/letters.ts';
import { deadLettersTopicOf } from '../dead-letters/redrive-target.ts';
import { hexLines } from '../format/hex.ts';
import { hexBytesShown } from '../limits.ts';
import { decodeRecord } from '../read/decode.ts';
import { recordAt } from '../read/record-at.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import { jsonText } from '../session/output.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export function addDeadLettersShow(parent: Command, run: RunCommand): void {
  parent
    .command('show')
    .description(
      'Show one record that could not be processed: decoded if it can be, else its bytes',
    )
    .argument('<topology>', 'whose dead letter it is')
    .argument('<place>', '<partition>/<offset> of the letter, as the list has it')
    .option('--json', 'one JSON document, bytes as base64')
    .addHelpText('after', examples('dead-letters show checkout 2/17'))
    .action((topology: string, place: string, options: { readonly json?: boolean }) =>
      run((session) => showDeadLetter(session, { topology, place, json: options.json === true })),
    );
}

/** Exit code 1 when no dead letter stands there. */
export async function showDeadLetter(
  session: Session,
  options: { readonly topology: string; readonly place: string; readonly json: boolean },
): Promise<ExitCode> {
  const { out } = session;
  const [, partition = '', offset = ''] = /^(\d{1,5})\/(\d{1,18})$/.exec(options.place) ?? [];
  if (offset === '')
    throw usageFailure(`a place is <partition>/<offset> such as 2/17, not "${options.place}"`);
  const topic = deadLettersTopicOf(options.topology);
  const at = { topic, partition: Number(partition), offset: BigInt(offset) };
  const record = await recordAt(await session.log(), at);
  const letter = record === null ? null : await letterOf(session, record);
  if (letter === null)
    throw new CliFailure(`no dead letter that can be read stands at ${topic} ${options.place}`);
  const content = await contentOf(session, letter);
  if (options.json) out.json({ ...letter, content });
  else for (const line of letterLines(letter, content)) out.line(line);
  return 0;
}

type Content =
  | { readonly kind: 'decoded'; readonly type: string; readonly data: object }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The record once more as it stood, with the code of today: what was wrong may be mended. */
async function contentOf(session: Session, letter: Letter): Promise<Content> {
  const record: LogRecord = {
    ...{ topic: letter.originTopic, partition: letter.originPartition },
    ...{ offset: letter.originOffset, timestampMs: letter.originTime },
    ...{ key: letter.key, value: letter.value },
    headers: Object.fromEntries(letter.headers.map(({ name, value }) => [name, value])),
  };
  try {
    const { type, data } = (await decodeRecord(await session.codec(), record)).payload;
    return { kind: 'decoded', type, data };
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    return { kind: 'unreadable', problem: error.message };
  }
}

export function letterLines(letter: Letter, content: Content): readonly string[] {
  const behind = letter.parkedBehind;
  return [
    `${letter.topology} ${placeOf(letter)}  ${new Date(letter.timeMs).toISOString()}`,
    `  reason   ${letter.reason}: ${letter.message}`,
    `  origin   ${originOf(letter)}, appended ${new Date(letter.originTime).toISOString()}`,
    `  key      ${letter.keyText ?? '(none)'}`,
    ...(behind === null ? [] : [`  behind   offset ${behind.toString()}, which waits itself`]),
    '  headers',
    ...letter.headers.map(({ name, value }) => `    ${name}: ${value.toString('utf8')}`),
    ...contentLines(letter, content),
  ];
}

function contentLines({ value }: Letter, content: Content): readonly string[] {
  if (content.kind === 'decoded') {
    const pretty = JSON.stringify(JSON.parse(jsonText(content.data)), null, 2).split('\n');
    return [`  value    ${content.type}`, ...pretty.map((line) => `    ${line}`)];
  }
  const problem = `  value    cannot be read: ${content.problem}`;
  if (value === null) return [problem];
  const more = value.length > hexBytesShown ? [`    … of ${value.length} bytes`] : [];
  const hex = hexLines(value.subarray(0, hexBytesShown)).map((line) => `    ${line}`);
  return [problem, ...hex, ...more];
}
