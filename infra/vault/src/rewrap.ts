import type { DataKeyRows } from './data-key-rows.ts';
import { WrongMasterKey } from './errors.ts';
import { rewrapBatch } from './limits.ts';
import type { MasterKeys } from './master-keys.ts';
import { masterKeyId, unwrapKey, wrapKey } from './master-keys.ts';

export interface Rewrapped {
  /** Keys that are under the current master key now and were not before. */
  readonly rewrapped: number;
  /** Keys that neither master key opens, with the reason: they are left as they are. */
  readonly failed: readonly { readonly keyId: string; readonly reason: string }[];
}

/**
 * Wraps every key of a subject under the current master key. May run while processes work, may be
 * broken off and repeated; a key that is erased meanwhile stays erased.
 */
export async function rewrapKeys(options: {
  readonly rows: DataKeyRows;
  readonly masterKeys: MasterKeys;
}): Promise<Rewrapped> {
  const { rows, masterKeys } = options;
  const current = masterKeyId(masterKeys.current);
  const failed: { keyId: string; reason: string }[] = [];
  let rewrapped = 0;
  for (let after = ''; ;) {
    const batch = await rows.underOthers({ masterKeyId: current, after, limit: rewrapBatch });
    for (const from of batch) {
      after = from.keyId;
      try {
        const to = wrapKey(masterKeys, from, unwrapKey(masterKeys, from));
        if (await rows.replace({ from, to })) rewrapped += 1;
      } catch (error) {
        if (!(error instanceof WrongMasterKey)) throw error;
        failed.push({ keyId: from.keyId, reason: error.message });
      }
    }
    if (batch.length < rewrapBatch) return { rewrapped, failed };
  }
}
