import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataKey } from './encrypted-text.ts';
import { dataKeyOf, decryptText, digestOf, encryptText, keyIdOfText } from './encrypted-text.ts';
import { AlteredText } from './errors.ts';
import { textBytesMax } from './limits.ts';

const newKey = (subject = 'app:demo_app', over: Partial<DataKey> = {}): DataKey => ({
  ...dataKeyOf({
    keyId: randomBytes(16).toString('base64url'),
    subject,
    secret: randomBytes(32),
  }),
  ...over,
});

const key = newKey();

describe('an encrypted text', () => {
  it('has the form that the codec of events lets through', () => {
    expect(encryptText(key, '张三 <a@b.c>')).toMatch(
      /^enc:v1:[A-Za-z0-9._-]{1,128}:[A-Za-z0-9_-]+$/,
    );
  });

  it('comes back whatever it is, and is never the same twice', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(text, (each) => {
        const [one, other] = [encryptText(key, each), encryptText(key, each)];
        expect(one).not.toBe(other);
        expect(decryptText(key, one)).toBe(each);
      }),
    );
  });

  it('is refused with any one of its characters changed, cut off or added', () => {
    const text = encryptText(key, 'a card');
    const characters = text.split('');
    const changed = characters.flatMap((character, at) =>
      ['A', 'B', '_', ':', ' ', '='].flatMap((other) =>
        other === character ? [] : [text.slice(0, at) + other + text.slice(at + 1)],
      ),
    );
    const cut = characters.map((_, at) => text.slice(0, at));
    for (const each of [...changed, ...cut, `${text}A`, `${text}=`, ` ${text}`, `${text}\n`, ''])
      expect(() => decryptText(key, each), each).toThrow(AlteredText);
  });

  it('is refused in another spelling of the same bytes', () => {
    const bytesOf = (text: string) => Buffer.from(text.split(':')[3] ?? '', 'base64url');
    // With 28 + 1 bytes the last character of their base64 carries four bits that nothing reads.
    const text = encryptText(key, 'a');
    const twins = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      .split('')
      .map((last) => text.slice(0, -1) + last)
      .filter((each) => each !== text && bytesOf(each).equals(bytesOf(text)));
    expect(twins.length).toBeGreaterThan(0);
    for (const twin of twins) expect(() => decryptText(key, twin)).toThrow(AlteredText);
  });

  it('opens under its own key, key id and subject only', () => {
    const text = encryptText(key, 'a card');
    const others = [
      newKey(key.subject, { keyId: key.keyId }),
      { ...key, subject: 'app:other' },
      { ...key, keyId: newKey().keyId },
    ];
    for (const other of others) {
      expect(() => decryptText(other, text)).toThrow(AlteredText);
      const moved = text.replace(key.keyId, other.keyId);
      expect(() => decryptText(other, moved)).toThrow(AlteredText);
    }
    expect(decryptText(key, text)).toBe('a card');
  });

  it('never shows what it was in an error', () => {
    const text = encryptText(key, 'a card');
    const body = text.split(':')[3] ?? '';
    for (const each of [`${text}A`, 'enc:v1:a card'])
      try {
        decryptText(key, each);
        expect.unreachable();
      } catch (error) {
        expect(String(error)).not.toContain('a card');
        expect(String(error)).not.toContain(body);
      }
  });

  it('has a limit', () => {
    const longest = 'é'.repeat(textBytesMax / 2);
    expect(decryptText(key, encryptText(key, longest))).toBe(longest);
    expect(() => encryptText(key, `${longest}a`)).toThrow(`${textBytesMax} at most`);
  });

  it('names its key', () => {
    expect(keyIdOfText(encryptText(key, ''))).toBe(key.keyId);
    for (const text of ['', 'a card', 'enc:v2:AAAAAAAAAAAAAAAAAAAAAA:AAAA', 'enc:v1::AAAA'])
      expect(() => keyIdOfText(text)).toThrow(AlteredText);
  });
});

describe('a digest', () => {
  it('is the same for the same parts, and for no others', () => {
    const lists = [[], [''], ['', ''], ['ab'], ['a', 'b'], ['b', 'a'], ['ab', ''], ['abc']];
    const digests = lists.map((parts) => digestOf(key, parts));
    for (const each of digests) expect(each).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(digests).size).toBe(lists.length);
    expect(lists.map((parts) => digestOf({ ...key }, parts))).toEqual(digests);
  });

  it('differs under the key of another, and uses no key that encrypts', () => {
    expect(digestOf(newKey(), ['a'])).not.toBe(digestOf(key, ['a']));
    expect(key.digest.equals(key.encryption)).toBe(false);
  });
});
