import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostile, schemesOf } from './testing/hostile.ts';
import type { AttemptOptions, Canary } from './testing/hostile-runs.ts';
import { attempt } from './testing/hostile-runs.ts';
import { selfSigned } from './testing/self-signed.ts';
import { openSocketServer } from './testing/socket-server.ts';

let canary: Canary;
beforeAll(async () => {
  canary = {
    http: await openSocketServer(),
    https: await openSocketServer({ tls: selfSigned(['hooks.example']) }),
  };
});
afterAll(async () => {
  await canary.http.close();
  await canary.https.close();
});

const cases = hostile.flatMap((entry) => schemesOf(entry).map((scheme) => ({ entry, scheme })));
/** Not those that rightly connect to the public Internet, where the canary stands in one of the networks. */
const indoors = cases.filter(({ entry }) => entry.stoppedBy === 'peer' || entry.dials.length === 0);
const titled = (some: typeof cases) =>
  some.map(({ entry, scheme }) => [scheme, JSON.stringify(entry.url).slice(0, 60), entry] as const);

it('the corpus has enough entries, each with a name of its own', () => {
  expect(hostile.length).toBeGreaterThanOrEqual(100);
  expect(new Set(hostile.map(({ name }) => name)).size).toBe(hostile.length);
});

describe.each([
  ['real', cases],
  ['canary-everywhere', indoors],
] as const)('with all layers, network %s', (network, some) => {
  it.each(titled(some))('over %s the canary hears nothing of %s', async (scheme, _, entry) => {
    const seen = await attempt(entry, { canary, scheme, network });
    // A way that leads elsewhere shows by where it comes out: a connection, and nothing said over it.
    expect(seen.connections).toBe(entry.stoppedBy === 'peer' ? 1 : 0);
    expect(seen.bytes).toBe(0);
    expect(seen.dialled).toEqual(entry.dials);
    expect(seen.answers.at(-1)).toMatchObject({ kind: 'failed', code: entry.code, notSent: true });
  });
});

describe('each layer is needed', () => {
  /** Entries of which the canary hears something when a layer is out, by scheme and name. */
  async function throughWithout(
    without: NonNullable<AttemptOptions['without']>,
    heard: 'connections' | 'bytes',
  ): Promise<readonly string[]> {
    const through: string[] = [];
    for (const { entry, scheme } of indoors) {
      const options = { canary, scheme, network: 'canary-everywhere', without } as const;
      const seen = await attempt(entry, options);
      if (seen[heard] > 0) through.push(`${scheme} ${entry.name}`);
    }
    return through;
  }

  it('without the judgement of the URL, names of the inside and ports get through', async () => {
    const judgeUrl = (text: string) => {
      const url = URL.parse(text);
      return url === null || !/^https?:$/.test(url.protocol)
        ? ({ ok: false, code: 'URL_MALFORMED', message: '' } as const)
        : ({ ok: true, url } as const);
    };
    const through = await throughWithout({ judgeUrl }, 'bytes');
    expect(through).toContain('http a port that is not listed: Redis');
    expect(through).toContain('https metadata under a public suffix');
    expect(through).toContain('http credentials');
    expect(through).not.toContain('http loopback');
  });

  it('without the vetting of addresses, names that lead inside get through', async () => {
    const through = await throughWithout({ vet: () => true }, 'connections');
    const answers = hostile.filter((entry) => entry.stoppedBy === 'address' && entry.posts === 1);
    expect(through).toContain('https a name that leads to loopback');
    expect(through).toContain('http public first, then inside');
    expect(through.length).toBeGreaterThan(answers.length);
  });

  it('without the look at the peer, bytes reach the inside where the way leads there', async () => {
    const through = await throughWithout({ judgePeer: () => true }, 'bytes');
    const ways = hostile.filter(({ stoppedBy }) => stoppedBy === 'peer');
    expect(through).toEqual(ways.flatMap(({ name }) => [`http ${name}`, `https ${name}`]));
  });
});
