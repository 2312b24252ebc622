import {
  createDataKeyRows,
  eraseKey,
  isSubject,
  masterKeysOf,
  openErasureLog,
  reasonCharactersMax,
  rewrapKeys,
  vaultSql,
} from '@plumbline/vault';
import type { Command } from 'commander';
import { operator } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface EraseOptions {
  readonly reason: string;
  readonly json?: boolean;
}

export function addPersonalDataErase(parent: Command, run: RunCommand): void {
  parent
    .command('erase')
    .description('Forget a subject for good: the log stays, and nobody can read it of them')
    .argument('<subject>', 'whose data: app:demo_app, gateway:LAKALA')
    .requiredOption('--reason <text>', 'why; it stays in the log: no personal data')
    .option('--json', 'what was erased as JSON')
    .addHelpText(
      'after',
      examples('personal-data erase app:demo_app --reason "left us, ticket 812"'),
    )
    .action((subject: string, options: EraseOptions) =>
      run((session) => erasePersonalData(session, subject, options)),
    );
}

export async function erasePersonalData(
  session: Session,
  subject: string,
  { reason, json }: EraseOptions,
): Promise<ExitCode> {
  if (!isSubject(subject))
    throw usageFailure(`${JSON.stringify(subject)} is no subject such as app:demo_app`);
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
  if (reason.length > reasonCharactersMax)
    throw usageFailure(`--reason has ${reasonCharactersMax} characters at most`);
  const rows = createDataKeyRows(vaultSql(await session.postgres()));
  const log = await openErasureLog({
    ...{ log: await session.log(), codec: await session.codec() },
    partitions: session.config.PLUMBLINE_PARTITIONS,
    ...{ source: '/plumbline/cli', actor: operator() },
  });
  const by = { rows, recordErasure: log.record, nowMs: Date.now };
  const { keyIds } = await eraseKey(by, { subject, reason }).finally(() => log.close());
  if (keyIds.length === 0) throw new CliFailure(`there is no key of ${subject} to erase`);
  if (json === true) session.out.json({ subject, keyIds });
  else
    session.out.line(
      `${subject}: the key ${keyIds.join(', ')} is erased. Processes that hold it let go of it ` +
        'within 60 s. Backups of Postgres have it for as long as they are kept; one that is ' +
        'restored forgets it again (personal-data erasures).',
    );
  return 0;
}

export function addPersonalDataRewrap(parent: Command, run: RunCommand): void {
  parent
    .command('rewrap')
    .description('Wrap every key of personal data under the current master key')
    .option('--json', 'what was done as JSON')
    .addHelpText(
      'after',
      '\nNeeds PLUMBLINE_MASTER_KEY, and PLUMBLINE_PREVIOUS_MASTER_KEY to read what is there.\n' +
        examples('personal-data rewrap'),
    )
    .action((options: { readonly json?: boolean }) =>
      run((session) => rewrapPersonalData(session, options)),
    );
}

/** Exit code 1 when a key is left that neither master key opens. */
export async function rewrapPersonalData(
  session: Session,
  { json }: { readonly json?: boolean },
): Promise<ExitCode> {
  const masterKeys = masterKeysOf(session.config);
  const rows = createDataKeyRows(vaultSql(await session.postgres()));
  const { rewrapped, failed } = await rewrapKeys({ rows, masterKeys });
  if (json === true) session.out.json({ rewrapped, failed });
  else {
    session.out.line(`${rewrapped} keys are under the current master key now`);
    for (const { reason } of failed) session.out.line(reason);
  }
  return failed.length === 0 ? 0 : 1;
}
