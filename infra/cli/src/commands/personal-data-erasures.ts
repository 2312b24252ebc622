import type { SubjectErased } from '@plumbline/events';
import { topics } from '@plumbline/events';
import {
  createDataKeyRows,
  erasedKeysOf,
  eraseThoseThere,
  keysThere,
  vaultSql,
} from '@plumbline/vault';
import type { Command } from 'commander';
import { decodeRecord } from '../read/decode.ts';
import { partitionsOf, scan } from '../read/scan.ts';
import type { ExitCode } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface ErasuresOptions {
  readonly repeat?: boolean;
  readonly json?: boolean;
}

export function addPersonalDataErasures(parent: Command, run: RunCommand): void {
  parent
    .command('erasures')
    .description('Who was forgotten, by the log, and whether a restored vault has a key again')
    .option('--repeat', 'erase what is there again: after a backup of Postgres was restored')
    .option('--json', 'a JSON list, by partition and offset')
    .addHelpText(
      'after',
      '\nExit code 1 when a key that was erased can be read again. Payments erases such keys by\n' +
        'itself within a minute; --repeat does it before any process is started.\n' +
        examples('personal-data erasures', 'personal-data erasures --repeat'),
    )
    .action((options: ErasuresOptions) => run((session) => listErasures(session, options)));
}

interface ErasureLine {
  readonly at: string;
  readonly by: string;
  readonly subject: string;
  readonly keyIds: readonly string[];
  readonly reason: string;
  /** Keys that the vault has although they were erased. */
  readonly there: readonly string[];
}

/** Exit code 1 when a key that was erased is there, and was not erased again. */
export async function listErasures(session: Session, options: ErasuresOptions): Promise<ExitCode> {
  const { out } = session;
  const erasures = await readErasures(session);
  const rows = createDataKeyRows(vaultSql(await session.postgres()));
  const erased = erasures.flatMap(({ data }) => erasedKeysOf(data));
  const there = new Set((await keysThere(rows, erased)).map(({ keyId }) => keyId));
  if (options.repeat === true) await eraseThoseThere(rows, erased);
  const lines = erasures.map(({ data, actor }): ErasureLine => {
    const { subject, keyIds, reason, erasedAt } = data;
    return {
      ...{ at: new Date(erasedAt).toISOString(), by: actor, subject, keyIds, reason },
      there: keyIds.filter((keyId) => there.has(keyId)),
    };
  });
  if (options.json === true) out.json(lines);
  else for (const line of lines) out.line(textOf(line, options.repeat === true));
  if (options.json !== true && lines.length === 0) out.line('nobody was forgotten');
  return there.size === 0 || options.repeat === true ? 0 : 1;
}

function textOf({ at, by, subject, keyIds, reason, there }: ErasureLine, again: boolean): string {
  const state =
    there.length === 0 ? 'erased' : again ? 'ERASED AGAIN' : 'READABLE AGAIN: --repeat erases it';
  return `${at}  ${subject}  ${keyIds.join(', ')}  by ${by}: ${reason}  ${state}`;
}

/** All there are, in memory: one for each subject that was ever forgotten. */
async function readErasures(
  session: Session,
): Promise<readonly { readonly data: SubjectErased; readonly actor: string }[]> {
  const [log, codec] = [await session.log(), await session.codec()];
  const found: { readonly data: SubjectErased; readonly actor: string }[] = [];
  await scan({
    ...{ log, of: await partitionsOf(log, [topics.erasuresEvents.name]), signal: session.signal },
    async take(record) {
      const { payload, envelope } = await decodeRecord(codec, record);
      found.push({ data: payload.data as SubjectErased, actor: envelope.actor });
    },
  });
  return found.sort((one, other) => one.data.erasedAt - other.data.erasedAt);
}
