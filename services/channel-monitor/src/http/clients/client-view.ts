import type { MonitorKeyEnd } from '@plumbline/vault';
import { z } from 'zod';
import type { ClientView } from '../../projections/clients-queries.ts';

const time = () => z.string().describe('RFC 3339, UTC');

export const clientSchema = z.strictObject({
  ...{ pid: z.string(), clientId: z.string(), name: z.string() },
  aids: z.array(z.string()).describe('Accounts it may report for; none: all of the merchant'),
  status: z.enum(['ACTIVE', 'REVOKED']),
  reason: z.string().nullable().describe('Why it was revoked'),
  keys: z
    .array(
      z.strictObject({
        ...{ keyId: z.string(), issuedAt: time() },
        expiresAt: time().nullable().describe('null: it does not end'),
      }),
    )
    .describe('Keys as they are, the newest first; those of a revoked client open nothing'),
  ...{ createdAt: time(), updatedAt: time() },
});

export const clientsSchema = z.strictObject({ clients: z.array(clientSchema) });

const shownOnce = 'Shown this once';

export const registeredSchema = z.strictObject({
  ...{ clientId: z.string(), keyId: z.string() },
  secret: z.string().nullable().describe(`mk_…: signs. ${shownOnce}; null for a repeat`),
  token: z.string().nullable().describe(`mt_…: Bearer. ${shownOnce}; null for a repeat`),
});

export const rotatedSchema = z.strictObject({
  keyId: z.string(),
  secret: z.string().describe(`mk_…: signs. ${shownOnce}`),
  token: z.string().describe(`mt_…: Bearer. ${shownOnce}`),
  overlapUntil: time().nullable().describe('Until when the keys before it are good; null: no more'),
});

export const timeOut = (ms: number): string => new Date(ms).toISOString();

export const clientOut = (view: ClientView, keys: readonly MonitorKeyEnd[]) => ({
  ...{ pid: view.pid, clientId: view.clientId, name: view.name, aids: [...view.aids] },
  ...{ status: view.status, reason: view.reason },
  keys: keys.map(({ keyId, createdAtMs, expiresAtMs }) => ({
    ...{ keyId, issuedAt: timeOut(createdAtMs) },
    expiresAt: expiresAtMs === null ? null : timeOut(expiresAtMs),
  })),
  ...{ createdAt: timeOut(view.createdAtMs), updatedAt: timeOut(view.updatedAtMs) },
});
