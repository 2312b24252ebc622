import { describeLocalStoreContract } from './local-store-contract.ts';
import { createMemoryLocalStores } from './memory-local-store.ts';

describeLocalStoreContract(
  'a local store in memory',
  () => {
    const stores = createMemoryLocalStores();
    return Promise.resolve({ openStores: () => stores, close: () => Promise.resolve() });
  },
  { histories: 100 },
);
