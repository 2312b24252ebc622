import type { Codec } from '@plumbline/events';
export type { ReadOnlyLog } from '@plumbline/kafka';
export { readOnlyLog } from '@plumbline/kafka';

/** What a rebuild may do with schemas: there is no way to encode. */
export type ReadOnlyCodec = Pick<Codec, 'decode' | 'learn' | 'needs'>;

/** The same at run time. */
export const readOnlyCodec = (codec: ReadOnlyCodec): ReadOnlyCodec =>
  Object.freeze({
    decode: (topic, value) => codec.decode(topic, value),
    learn: (schemaId) => codec.learn(schemaId),
    needs: (value) => codec.needs(value),
  } satisfies ReadOnlyCodec);
