import { randomUUID } from 'node:crypto';
import { invariant } from '@plumbline/kernel';
import type { Sql } from '@plumbline/postgres';
import { timeText } from './data-key-rows.ts';
import { AlteredText } from './errors.ts';
import type { KeyRing } from './key-ring.ts';
import { keyIdOfText } from './encrypted-text.ts';
import { reasonCharactersMax } from './limits.ts';
import { vaultSchema } from './migrate-vault.ts';

/** That somebody looked at personal data: who, why, and where it stood. */
export interface Reveal {
  readonly actor: string;
  /** 1 to {@link reasonCharactersMax} characters. */
  readonly reason: string;
  /** `order timeline main/H1001`. */
  readonly what: string;
  /** Of the texts that are shown; erased ones among them. */
  readonly keyIds: readonly string[];
  readonly atMs: number;
}

/** Personal data as a person sees it. Errors: PostgresDown, WrongMasterKey. */
export interface Reveals {
  /**
   * The texts in the clear, by what stands in the log; null where nobody can read it any more, or
   * ever could. It is written down, and committed, before the first of them is opened.
   */
  reveal(
    texts: readonly string[],
    of: Pick<Reveal, 'actor' | 'reason' | 'what'>,
  ): Promise<ReadonlyMap<string, string | null>>;
}

export function createReveals(options: {
  readonly sql: Sql;
  readonly keyRing: Pick<KeyRing, 'decrypt'>;
  /** Epoch ms. */
  readonly nowMs: () => number;
}): Reveals {
  const { sql, keyRing, nowMs } = options;
  return {
    async reveal(texts, { actor, reason, what }) {
      const hasReason = reason.trim() !== '' && reason.length <= reasonCharactersMax;
      invariant(hasReason, 'personal data is looked at for a reason');
      const shown = new Map<string, string | null>();
      const keyIds = new Set(texts.map(keyIdOrNull).filter((keyId) => keyId !== null));
      await sql.query(
        `insert into ${vaultSchema}.reveals (reveal_id, actor, reason, what, key_ids, revealed_at)
           values (?, ?, ?, ?, ?, ?)`,
        [randomUUID(), actor, reason, what, [...keyIds], timeText(nowMs())],
      );
      for (const text of texts) {
        if (!shown.has(text))
          shown.set(text, keyIdOrNull(text) === null ? null : await keyRing.decrypt(text));
      }
      return shown;
    },
  };
}

/** Null for what only stands where an encrypted text would: a digest, or a text that was altered. */
function keyIdOrNull(text: string): string | null {
  try {
    return keyIdOfText(text);
  } catch (error) {
    if (error instanceof AlteredText) return null;
    throw error;
  }
}
