import { describe, expect, it } from 'vitest';
import { encryptedOrDigest, isEncryptedText } from './personal-data.ts';

const secret = 'enc:v1:key-1:c2VjcmV0';

describe('personal data that a version before wrote in the clear', () => {
  it('is passed on as a digest that may be written and does not tell it', () => {
    const clear = '{"payer":"Ada"}';
    const passed = encryptedOrDigest(clear);
    expect(passed).toMatch(/^enc:v1:not-encrypted:[A-Za-z0-9_-]{43}$/);
    expect(encryptedOrDigest(clear)).toBe(passed);
    expect(encryptedOrDigest(`${clear} `)).not.toBe(passed);
    expect(isEncryptedText(passed)).toBe(true);
  });

  it('is left as it is where it is encrypted, and is not taken for it by its beginning', () => {
    expect(encryptedOrDigest(secret)).toBe(secret);
    expect(encryptedOrDigest('enc:v1: {"payer":"Ada"}')).toMatch(/^enc:v1:not-encrypted:/);
  });
});
