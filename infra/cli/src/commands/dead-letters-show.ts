import type { WrittenAs } from '@plumbline/events';
import { Undecodable, UnknownSchemaId } from '@plumbline/events';
import type { Command } from 'commander';
import type { Letter } from '../dead-letters/letter.ts';
import { originOf, placeOf, recordOf } from '../dead-letters/letter.ts';
import { letterOf } from '../dead-letters/letters.ts';
import { deadLettersTopicOf } from '../dead-letters/redrive-target.ts';
import { hexLines } from '../format/hex.ts';
import { hexBytesShown, rawBytesShown } from '../limits.ts';
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
    .option('--raw', 'its bytes as well where it can be decoded: hex and ASCII')
    .option('--json', 'one JSON document, bytes as base64')
    .addHelpText(
      'after',
      examples('dead-letters show checkout 2/17', 'dead-letters show checkout 2/17 --raw'),
    )
    .action((topology: string, place: string, options: { raw?: boolean; json?: boolean }) =>
      run((session) =>
        showDeadLetter(session, {
          ...{ topology, place, raw: options.raw === true, json: options.json === true },
        }),
      ),
    );
}

export interface ShowOptions {
  readonly topology: string;
  readonly place: string;
  readonly raw: boolean;
  readonly json: boolean;
}

/** Exit code 1 when no dead letter stands there. */
export async function showDeadLetter(session: Session, options: ShowOptions): Promise<ExitCode> {
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
  else for (const line of letterLines(letter, content, options.raw)) out.line(line);
  return 0;
}

type Content =
  | {
      readonly kind: 'decoded';
      readonly type: string;
      readonly written: WrittenAs | null;
      readonly data: object;
    }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** The record once more as it stood, with the code of today: what was wrong may be mended. */
async function contentOf(session: Session, letter: Letter): Promise<Content> {
  const codec = await session.codec();
  try {
    const { type, data } = (await decodeRecord(codec, recordOf(letter))).payload;
    return { kind: 'decoded', type, written: codec.writtenAs(letter.value), data };
  } catch (error) {
    if (!(error instanceof Undecodable || error instanceof UnknownSchemaId)) throw error;
    return { kind: 'unreadable', problem: error.message };
  }
}

function letterLines(letter: Letter, content: Content, isRaw: boolean): readonly string[] {
  const behind = letter.parkedBehind;
  return [
    `${letter.topology} ${placeOf(letter)}  ${new Date(letter.timeMs).toISOString()}`,
    `  reason   ${letter.reason}: ${letter.message}`,
    `  origin   ${originOf(letter)}, appended ${new Date(letter.originTime).toISOString()}`,
    `  key      ${letter.keyText ?? '(none)'}`,
    ...(behind === null ? [] : [`  behind   offset ${behind.toString()}, which waits itself`]),
    '  headers',
    ...letter.headers.map(({ name, value }) => `    ${name}: ${value.toString('utf8')}`),
    ...contentLines(content),
    ...bytesLines(letter, content, isRaw),
  ];
}

function contentLines(content: Content): readonly string[] {
  if (content.kind === 'unreadable') return [`  value    cannot be read: ${content.problem}`];
  const pretty = JSON.stringify(JSON.parse(jsonText(content.data)), null, 2).split('\n');
  return [
    `  value    ${content.type}`,
    ...(content.written === null ? [] : [`  schema   ${writtenText(content.written)}`]),
    ...pretty.map((line) => `    ${line}`),
  ];
}

/** How it comes from the shape in which it was written to the one that is shown. */
function writtenText({ schemaId, isNewest, missing, upcast }: WrittenAs): string {
  if (isNewest) return `${schemaId}, the newest version`;
  const defaulted = missing.filter((field) => !upcast.includes(field));
  const filled = [
    ...(upcast.length === 0 ? [] : [`${upcast.join(', ')} filled by upcaster`]),
    ...(defaulted.length === 0 ? [] : [`${defaulted.join(', ')} by default`]),
  ];
  return [`${schemaId}, another version than today's`, ...filled].join('; ');
}

/** Of what cannot be read the beginning, where the fault is; on demand much more of anything. */
function bytesLines({ value }: Letter, { kind }: Content, isRaw: boolean): readonly string[] {
  if (value === null || (kind === 'decoded' && !isRaw)) return [];
  const shown = value.subarray(0, isRaw ? rawBytesShown : hexBytesShown);
  const rest = isRaw ? '--json has them all' : '--raw shows more';
  return [
    ...(isRaw ? [`  bytes    ${value.length}`] : []),
    ...hexLines(shown).map((line) => `    ${line}`),
    ...(value.length > shown.length ? [`    … of ${value.length} bytes: ${rest}`] : []),
  ];
}
