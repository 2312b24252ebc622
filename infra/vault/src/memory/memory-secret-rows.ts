import type { EndpointSecretRows, StoredSecret } from '../endpoint-secret-rows.ts';
import { answered, noFaults } from './memory-rows.ts';

type MemorySecret = StoredSecret & { readonly endpointId: string; readonly order: number };

/** What the table of endpoints' secrets does; the contract suite holds the two together. */
export function createMemoryEndpointSecretRows(faults = noFaults()): EndpointSecretRows {
  let rows: readonly MemorySecret[] = [];
  let order = 0;
  return {
    of: (endpointId) =>
      answered(faults, () =>
        rows
          .filter((row) => row.endpointId === endpointId)
          .sort((one, other) => other.order - one.order)
          .map(({ secretId, sealed, expiresAtMs }) => ({ secretId, sealed, expiresAtMs })),
      ),
    add: ({ endpointId, secretId, sealed, atMs, overlapMs }) =>
      answered(faults, () => {
        if (rows.some((row) => row.secretId === secretId)) return;
        const untilMs = atMs + overlapMs;
        const before = rows
          .filter((row) => row.endpointId !== endpointId || (row.expiresAtMs ?? Infinity) > atMs)
          .map((row) =>
            row.endpointId === endpointId
              ? { ...row, expiresAtMs: Math.min(row.expiresAtMs ?? Infinity, untilMs) }
              : row,
          );
        order += 1;
        rows = [...before, { endpointId, secretId, sealed, expiresAtMs: null, order }];
      }),
    forget: (endpointId) =>
      answered(faults, () => {
        rows = rows.filter((row) => row.endpointId !== endpointId);
      }),
  };
}
