import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLmdbLocalStores } from './lmdb-local-stores.ts';
import { describeLocalStoreContract } from './local-store-contract.ts';

describeLocalStoreContract(
  'a local store in LMDB',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-state-'));
    return {
      openStores: () => createLmdbLocalStores({ folder }),
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
  { histories: 60 },
);
