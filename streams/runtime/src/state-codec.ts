/** How a value of a state store stands in the changelog. Deterministic: equal values, equal bytes. */
export interface StateCodec<V> {
  encode(value: V): Buffer;
  decode(bytes: Buffer): V;
}

const isTagged = (value: unknown): value is { $n: string } =>
  typeof value === 'object' && value !== null && '$n' in value && typeof value.$n === 'string';

/** JSON in which a bigint is `{"$n":"123"}`. A value must not use `$n` as a field of its own. */
export const jsonStateCodec: StateCodec<unknown> = {
  encode: (value) =>
    Buffer.from(
      JSON.stringify(value, (_key, part: unknown) =>
        typeof part === 'bigint' ? { $n: part.toString() } : part,
      ),
    ),
  decode: (bytes) =>
    JSON.parse(bytes.toString('utf8'), (_key, part: unknown) =>
      isTagged(part) ? BigInt(part.$n) : part,
    ) as unknown,
};
