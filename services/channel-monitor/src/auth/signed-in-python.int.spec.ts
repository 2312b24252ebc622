import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createAuthentication } from './authenticate.ts';
import { createMemoryNonces } from './testing/memory-nonces.ts';
import type { Vector } from './testing/page.ts';
import { fenced, vectors } from './testing/page.ts';
import { sent, unsigned } from './testing/requests.ts';

interface Signed {
  readonly canonical: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Runs the Python of docs/monitor-signatures.md; time and nonce are its own where none is given. */
function signedInPython(
  cases: readonly (Omit<Vector, 'timestamp' | 'nonce' | 'canonical' | 'signature'> &
    Partial<Vector>)[],
): readonly Signed[] {
  const program = `${fenced('python')}
import json, sys
def run(v):
    call = (v["method"], v["url"], v["body"].encode())
    headers = signed_headers(v["secret"], *call, v["client"], v.get("timestamp"), v.get("nonce"))
    text = canonical(*call, headers["timestamp"], headers["nonce"], v["client"])
    return {"canonical": text, "headers": headers}
json.dump([run(v) for v in json.load(sys.stdin)], sys.stdout)
`;
  const { stdout, stderr, status } = spawnSync('python3', ['-c', program], {
    ...{ input: JSON.stringify(cases), encoding: 'utf8', timeout: 30_000 },
    env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
  });
  expect(`${String(status)} ${stderr}`).toBe('0 ');
  return JSON.parse(stdout) as Signed[];
}

describe("the page's Python", () => {
  it('makes the strings and signatures of the vectors', () => {
    const made = signedInPython(vectors);
    expect(made.map(({ canonical }) => canonical)).toEqual(
      vectors.map(({ canonical }) => canonical),
    );
    expect(made.map(({ headers }) => headers['signature'])).toEqual(
      vectors.map(({ signature }) => signature),
    );
  });

  it('is let in with a time and a nonce of its own, and again as another call', async () => {
    const secret = 'mc_密钥';
    const call = {
      ...{ about: '', secret, client: 'mc_7f3a', method: 'POST' },
      ...{ url: '/api/monitor/records?b=%E4%BA%8C&a=1&a=0', body: '{"pid":1000,"note":"二"}' },
    };
    const authenticate = createAuthentication({
      keys: {
        keysOf: () =>
          Promise.resolve([{ keyId: 'k', secret, isRevoked: false, expiresAtMs: null }]),
        token: () => Promise.resolve({ kind: 'unknown' }),
      },
      nonces: createMemoryNonces(),
      rateLimit: { take: () => Promise.resolve({ allowed: true, remaining: 1 }) },
      isKeyStoreDown: () => false,
      nowMs: Date.now,
    });
    const letIn = { kind: 'let-in', clientId: 'mc_7f3a', keyId: 'k', by: 'signature' };
    const facts = unsigned(sent(call));
    for (const { headers } of signedInPython([call, call]))
      expect(await authenticate({ ...facts, headers })).toEqual(letIn);
    const [stranger] = signedInPython([{ ...call, secret: 'mc_guess' }]);
    expect(await authenticate({ ...facts, headers: stranger?.headers ?? {} })).toMatchObject({
      code: 'signature_wrong',
    });
  });
});
