import { isEncryptedText } from '@plumbline/kernel';

/** How a text is shown: personal data as a word for it, everything else as it is. */
export type Words = (text: string) => string;

/** Fields that a schema marks as personal data hold nothing else: the codec sees to it. */
export const masked: Words = (text) => (isEncryptedText(text) ? '(encrypted)' : text);

/** The same value with every text in it as it is shown. */
export function inWords(value: unknown, words: Words): unknown {
  if (typeof value === 'string') return words(value);
  if (Array.isArray(value)) return value.map((each) => inWords(each, words));
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, inWords(each, words)]),
  );
}

/** Every encrypted text in a value. */
export function encryptedTextsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return isEncryptedText(value) ? [value] : [];
  if (Array.isArray(value)) return value.flatMap(encryptedTextsIn);
  return isPlain(value) ? Object.values(value).flatMap(encryptedTextsIn) : [];
}

/** An object of names and values, and no bytes. */
export const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
