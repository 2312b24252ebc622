import { expect, it } from 'vitest';
import { maskedText } from './masked-text.ts';

const masked = (text: string) => maskedText(Buffer.from(text));

it.each([
  ['{"accessToken":"abc","ok":true}', '{"accessToken":"***","ok":true}'],
  ['{"password" : "a\\"b", "n": 1}', '{"password" : "***", "n": 1}'],
  ['api_key=sk_live_1&x=1', 'api_key="***"&x=1'],
  ['Authorization: Bearer', 'Authorization: "***"'],
  ['card 4111 1111 1111 1111 taken', 'card ***************1111 taken'],
  ['card 4111111111111111.', 'card ************1111.'],
  ['order 2026112200001 is fine? no: 13 digits', 'order *********0001 is fine? no: 13 digits'],
  ['{"received":true,"id":123456}', '{"received":true,"id":123456}'],
])('%s', (text, expected) => {
  expect(masked(text)).toBe(expected);
});

it('is text whatever bytes came', () => {
  expect(maskedText(Buffer.from([0xff, 0x41, 0xc3]))).toBe('\ufffdA\ufffd');
});
