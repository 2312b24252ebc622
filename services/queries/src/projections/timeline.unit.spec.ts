import { createHash } from 'node:crypto';
import { allTopics, catalogue } from '@plumbline/events';
import { expect, it } from 'vitest';
import { commandsProjection, timelineProjection } from './timeline.ts';

/** What the rows of each version hold: every schema that an input may carry, and what is put in. */
const schemasOf: Readonly<Record<string, string>> = {
  timeline_2: '54ef8e59c6944dbc',
  timeline_3: '2378e77718eced49',
  timeline_4: 'd678a1d4a8f982fb',
  timeline_5: '1d7e28a0a6e1ca01',
  timeline_6: '886ff5b592eed992',
  timeline_7: '86c4c07267f0a44a',
  timeline_8: '7b94788dd08bb2f8',
  timeline_9: '26f1c2f7956a91cc',
  timeline_10: '11876ec38886e73a',
  timeline_11: 'da9cf3b8e4f41e21',
  commands_1: 'e0766dadd4becc19',
  commands_2: '9bfb1a5b5db9c47c',
  commands_3: '9318639101aa5363',
  commands_4: '9c44af2e6f5cea59',
  commands_5: '8390a0637bd87ac7',
};

it.each([
  [timelineProjection.name, timelineProjection],
  [commandsProjection.name, commandsProjection],
])(
  '%s has another version whenever the schema of something that it shows has changed',
  (_name, projection) => {
    const records = allTopics
      .filter(({ name }) => projection.inputs.includes(name))
      .flatMap((topic) => topic.records);
    const hash = createHash('sha256');
    for (const record of [...new Set(records)].sort()) {
      const schema = catalogue.schemas[record];
      if (schema === undefined) throw new Error(`${record} has no schema`);
      hash.update(record).update(schema);
      const fills = catalogue.upcasters.filter((each) => each.record === record);
      for (const { missingField } of fills) hash.update(`upcaster of ${missingField}`);
    }
    expect(records.length).toBeGreaterThan(20);
    expect(hash.digest('hex').slice(0, 16)).toBe(
      schemasOf[`${projection.name}_${projection.version}`],
    );
  },
);
