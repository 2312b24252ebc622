import { createHash } from 'node:crypto';

/**
 * A number in [0, 1) that depends on the seed and the parts and on nothing else: so what happens to
 * one payment does not depend on what happened to others before it.
 */
export function draw(seed: string, parts: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...parts]))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
