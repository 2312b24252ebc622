import { describe, expect, it } from 'vitest';
import { callbackIdOf, isSignature, signatureOf } from '../gateways/mock/callback-signature.ts';
import { createKnownPayNos } from './known-pay-nos.ts';
import { localTimeFormat } from './local-time.ts';

const fields = {
  callbackStatus: 'SUCCESS',
  nonce: 'abc123',
  payNo: 'PAY1',
  timestamp: '1704114000000',
};

describe('the signature', () => {
  it('is what md5sum makes of SUCCESSabc123PAY11704114000000local-callback-secret', () => {
    expect(signatureOf(fields, 'local-callback-secret')).toBe('ED81F3CD705B68A7F9EF047A38693925');
    expect(callbackIdOf(fields)).toBe('4a9a59a8d6cf9747f5014fa0cb97f89b');
  });

  it('is compared exactly: not in lower case, not longer, not of other fields', () => {
    const signature = signatureOf(fields, 's');
    expect(isSignature(signature, fields, 's')).toBe(true);
    for (const wrong of [signature.toLowerCase(), `${signature}0`, '', signature.slice(1)]) {
      expect(isSignature(wrong, fields, 's')).toBe(false);
    }
    expect(isSignature(signature, { ...fields, callbackStatus: 'FAILED' }, 's')).toBe(false);
    expect(isSignature(signature, fields, 't')).toBe(false);
  });

  it('leaves the status out of the id, so that the other status is a repeat', () => {
    expect(callbackIdOf({ ...fields, nonce: 'x' })).not.toBe(callbackIdOf(fields));
    const failed = { ...fields, callbackStatus: 'FAILED' };
    expect(callbackIdOf(failed)).toBe(callbackIdOf(fields));
  });
});

describe('times', () => {
  const ms = Date.UTC(2024, 0, 1, 16, 0, 0, 999);

  it('stand in the configured zone, without fraction and without saying which', () => {
    expect(localTimeFormat('UTC')(ms)).toBe('2024-01-01T16:00:00');
    expect(localTimeFormat('Asia/Shanghai')(ms)).toBe('2024-01-02T00:00:00');
    expect(localTimeFormat('America/New_York')(ms)).toBe('2024-01-01T11:00:00');
  });
});

describe('known payment numbers', () => {
  it('are the newest ones', () => {
    const known = createKnownPayNos(2);
    known.add('P1', 'O1');
    known.add('P2', 'O2');
    known.add('P1', 'O1');
    known.add('P3', 'O3');
    expect(['P1', 'P2', 'P3'].map((payNo) => known.orderNoOf(payNo))).toEqual(['O1', null, 'O3']);
  });
});
