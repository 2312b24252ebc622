import { randomUUID } from 'node:crypto';
import { rules as allRules } from '@plumbline/consistency-alerts';
import type { ActivateRules, Codec } from '@plumbline/events';
import { encodeEnvelope, topics } from '@plumbline/events';
import type { OutgoingRecord } from '@plumbline/kafka';
import { broadcastKeys } from '@plumbline/kernel';
import type { Shelf } from './encode.ts';

/** Rules as an operator would set them: a record for each partition. */
export function activationOf(of: {
  readonly codec: Codec;
  readonly shelf: Shelf;
  readonly rules: ActivateRules['rules'];
}): readonly OutgoingRecord[] {
  const { codec, shelf, rules } = of;
  const topic = topics.alertsCommands.name;
  const data = { rules, reason: 'a grace that ends within the log' };
  const keys = broadcastKeys({ partitions: shelf.partitions, tenant: 'main', name: 'rules' });
  return keys.map((key, partition) => {
    const id = randomUUID();
    return {
      ...{ topic, partition, key: Buffer.from(key) },
      value: codec.encode(topic, { type: 'ActivateRules', data }),
      headers: encodeEnvelope({
        ...{ id, type: 'ActivateRules', source: '/plumbline/bench', subject: 'rules' },
        ...{ timeMs: shelf.startMs, correlationId: id, causationId: null },
        ...{ actor: 'operator:bench', aggregateVersion: null, previousHash: null },
        ...{ subjectKeyId: null, traceparent: null },
      }),
    };
  });
}

export type RuleSet = 'all rules' | 'A–C only';

const contractRules: ReadonlySet<string> = new Set(['A', 'B', 'C']);

/** Every rule, each with the grace that it has by itself but for that of rule A. */
export const rulesOf = (set: RuleSet, graceOfAMs: number): ActivateRules['rules'] =>
  allRules.map(({ id, version, graceMs }) => ({
    ...{ rule: id, version, values: [] },
    enabled: set === 'all rules' || contractRules.has(id),
    graceMs: id === 'A' ? graceOfAMs : graceMs,
  }));
