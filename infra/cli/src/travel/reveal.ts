import {
  AlteredText,
  createDataKeyRows,
  createKeyRing,
  createReveals,
  masterKeysOf,
  reasonCharactersMax,
  vaultSql,
  WrongMasterKey,
} from '@plumbline/vault';
import type { Command } from 'commander';
import { operator } from '../session/ask.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { Words } from './words.ts';
import { encryptedTextsIn, masked } from './words.ts';

export interface RevealOptions {
  readonly reveal?: boolean;
  readonly reason?: string;
}

export const withReveal = (command: Command): Command =>
  command
    .option('--reveal', 'personal data in the clear; who looked, when and why stays in the vault')
    .option('--reason <text>', 'why it is looked at');

/** @throws CliFailure where one of the two is missing */
export function checkReveal({ reveal, reason }: RevealOptions): void {
  if (reveal !== true) {
    if (reason !== undefined) throw usageFailure('--reason goes with --reveal');
    return;
  }
  if (reason === undefined || reason.trim() === '')
    throw usageFailure('--reveal needs a --reason that is not empty: it stays in the vault');
  if (reason.length > reasonCharactersMax)
    throw usageFailure(`--reason has ${reasonCharactersMax} characters at most`);
}

/** How the texts of some values are shown: masked, unless it is asked for with a reason. */
export async function wordsFor(
  session: Session,
  values: readonly unknown[],
  { reveal, reason = '', what }: RevealOptions & { readonly what: string },
): Promise<Words> {
  if (reveal !== true) return masked;
  const texts = encryptedTextsIn(values);
  if (texts.length === 0) return masked;
  const sql = vaultSql(await session.postgres());
  const masterKeys = masterKeysOf(session.config);
  const keyRing = createKeyRing({ rows: createDataKeyRows(sql), masterKeys, nowMs: Date.now });
  const reveals = createReveals({ sql, keyRing, nowMs: Date.now });
  try {
    const shown = await reveals.reveal(texts, { actor: operator(), reason, what });
    session.out.note(`${shown.size} texts of personal data shown; the vault keeps who and why`);
    return (text) => (shown.has(text) ? (shown.get(text) ?? '(erased)') : masked(text));
  } catch (error) {
    if (error instanceof WrongMasterKey || error instanceof AlteredText)
      throw new CliFailure(`personal data cannot be opened: ${error.message}`);
    throw error;
  }
}
