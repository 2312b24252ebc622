import type { Codec } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';

/** What a rebuild may do with the log: nothing that writes is named here. */
export type ReadOnlyLog = Pick<Log, 'describeTopics' | 'ends' | 'openReader'>;

/** What a rebuild may do with schemas: there is no way to encode. */
export type ReadOnlyCodec = Pick<Codec, 'decode' | 'learn' | 'needs'>;

/** The same at run time: whoever casts the type away still finds no producer behind it. */
export const readOnlyLog = (log: ReadOnlyLog): ReadOnlyLog =>
  Object.freeze({
    describeTopics: (topics) => log.describeTopics(topics),
    ends: (of) => log.ends(of),
    openReader: (options) => log.openReader(options),
  } satisfies ReadOnlyLog);

export const readOnlyCodec = (codec: ReadOnlyCodec): ReadOnlyCodec =>
  Object.freeze({
    decode: (topic, value) => codec.decode(topic, value),
    learn: (schemaId) => codec.learn(schemaId),
    needs: (value) => codec.needs(value),
  } satisfies ReadOnlyCodec);
