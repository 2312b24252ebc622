import { schemas } from './generated/schemas.ts';
import { allTopics } from './topics.ts';
import type { Upcaster } from './upcasters/index.ts';
import { upcasters } from './upcasters/index.ts';

/** Which records there are and where they may stand. Tests bring their own. */
export interface Catalogue {
  /** Full record name to the newest Avro schema, complete in itself. */
  readonly schemas: Readonly<Record<string, string>>;
  readonly topics: readonly { readonly name: string; readonly records: readonly string[] }[];
  readonly upcasters: readonly Upcaster[];
}

export const catalogue: Catalogue = { schemas, topics: allTopics, upcasters };

/** TopicRecordNameStrategy. */
export const subjectOf = (topic: string, record: string): string => `${topic}-${record}`;
