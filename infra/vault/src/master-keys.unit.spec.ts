import { randomBytes } from 'node:crypto';
import { ConfigError } from '@plumbline/config';
import { describe, expect, it } from 'vitest';
import { WrongMasterKey } from './errors.ts';
import type { MasterKeys } from './master-keys.ts';
import { masterKeyId, masterKeysOf, unwrapKey, wrapKey } from './master-keys.ts';

const only = (current: Buffer): MasterKeys => ({ current, previous: null });
const [one, other] = [randomBytes(32), randomBytes(32)];
const secret = randomBytes(32);
const whose = { keyId: 'k1', subject: 'app:demo_app' };

describe('a wrapped key', () => {
  it('opens under the master key that wrapped it, current or previous', () => {
    const wrapped = wrapKey(only(one), whose, secret);
    expect(unwrapKey(only(one), wrapped)).toEqual(secret);
    expect(unwrapKey({ current: other, previous: one }, wrapped)).toEqual(secret);
    expect(wrapped.wrapped.includes(secret)).toBe(false);
  });

  it('names the master key that is missing, and the variables', () => {
    const wrapped = wrapKey(only(one), whose, secret);
    expect(() => unwrapKey(only(other), wrapped)).toThrow(WrongMasterKey);
    expect(() => unwrapKey(only(other), wrapped)).toThrow(
      new RegExp(`${masterKeyId(one)}.*${masterKeyId(other)}.*PLUMBLINE_PREVIOUS_MASTER_KEY`),
    );
  });

  it('does not open in the place of another subject or id, nor with a byte changed', () => {
    const wrapped = wrapKey(only(one), whose, secret);
    for (const moved of [{ subject: 'app:other' }, { keyId: 'k2' }])
      expect(() => unwrapKey(only(one), { ...wrapped, ...moved })).toThrow(WrongMasterKey);
    for (let at = 0; at < wrapped.wrapped.length; at += 1) {
      const changed = Buffer.from(wrapped.wrapped);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => unwrapKey(only(one), { ...wrapped, wrapped: changed })).toThrow(WrongMasterKey);
    }
    expect(() => unwrapKey(only(one), { ...wrapped, wrapped: Buffer.alloc(3) })).toThrow();
  });

  it('tells nothing of a master key by its id', () => {
    expect(masterKeyId(one)).toMatch(/^[0-9a-f]{16}$/);
    expect(masterKeyId(one)).not.toBe(masterKeyId(other));
    expect(one.toString('hex')).not.toContain(masterKeyId(one));
  });
});

describe('masterKeysOf', () => {
  const text = (key: Buffer) => key.toString('base64');
  const local = masterKeysOf({ PLUMBLINE_LOCAL_STACK: true });

  it('has a key of its own in the local stack, always the same', () => {
    expect(local).toEqual(masterKeysOf({ PLUMBLINE_LOCAL_STACK: true }));
    expect(local.previous).toBe(null);
  });

  it('takes those that are set', () => {
    const config = {
      PLUMBLINE_MASTER_KEY: text(one),
      PLUMBLINE_PREVIOUS_MASTER_KEY: text(other),
    };
    for (const PLUMBLINE_LOCAL_STACK of [true, false])
      expect(masterKeysOf({ ...config, PLUMBLINE_LOCAL_STACK })).toEqual({
        current: one,
        previous: other,
      });
  });

  it.each([
    ['none', {}, 'PLUMBLINE_MASTER_KEY: is not set'],
    ['only a previous one', { PLUMBLINE_PREVIOUS_MASTER_KEY: text(one) }, 'is not set'],
    ['one that is too short', { PLUMBLINE_MASTER_KEY: 'AAAA' }, 'is not 32 bytes'],
    [
      'that of the local stack',
      { PLUMBLINE_MASTER_KEY: text(local.current) },
      'is the key of the local stack',
    ],
    [
      'that of the local stack as the previous one',
      { PLUMBLINE_MASTER_KEY: text(one), PLUMBLINE_PREVIOUS_MASTER_KEY: text(local.current) },
      'PLUMBLINE_PREVIOUS_MASTER_KEY: is the key of the local stack',
    ],
  ])('refuses %s outside the local stack', (_, config, problem) => {
    const refused = () => masterKeysOf({ ...config, PLUMBLINE_LOCAL_STACK: false });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(problem);
  });
});
