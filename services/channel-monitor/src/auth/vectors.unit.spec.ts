import { expect, it } from 'vitest';
import { signatureOf } from './canonical-string.ts';
import { judgeSignature } from './judge-signature.ts';
import { readCredentials } from './read-credentials.ts';
import { refusals } from './refusals.ts';
import { fenced, page, vectors } from './testing/page.ts';
import { canonicalOf, nowMs, sent, signed } from './testing/requests.ts';

it('the page has vectors of several kinds, and its Python in the shape that the test reads', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(4);
  expect(fenced('python')).toContain('def signed_headers(');
  expect(fenced('python').trim().split('\n').length).toBeLessThanOrEqual(20);
});

it.each(vectors)('of $about: the string, the signature, and that it is let in', (vector) => {
  const request = sent(vector);
  expect(canonicalOf(request)).toBe(vector.canonical);
  expect(signatureOf(vector.canonical, vector.secret)).toBe(vector.signature);
  const read = readCredentials(signed(request));
  if (read.kind !== 'signed') return expect.unreachable(JSON.stringify(read));
  const key = { keyId: 'k', secret: vector.secret, isRevoked: false, expiresAtMs: null };
  expect(judgeSignature(read, [key], nowMs)).toEqual({ kind: 'right', keyId: 'k' });
});

it('a vector with a changed letter would be noticed', () => {
  const [vector] = vectors;
  if (vector === undefined) return expect.unreachable('no vector');
  expect(canonicalOf(sent({ ...vector, url: vector.url.replace('1000', '1001') }))).not.toBe(
    vector.canonical,
  );
  expect(signatureOf(`${vector.canonical}\n`, vector.secret)).not.toBe(vector.signature);
});

it('the page lists the refusals as they are', () => {
  const rows = Object.entries(refusals).map(
    ([code, { status, description }]) => `| \`${code}\` | ${status} | ${description} |`,
  );
  const listed = page.split('\n').filter((line) => /^\| `[a-z_]+` \| \d{3} \|/.test(line));
  expect(listed).toEqual(rows);
});
