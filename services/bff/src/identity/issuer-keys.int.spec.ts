import { once } from 'node:events';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestKey } from '../testing/tokens.ts';
import { jwksOf, makeKey, signedBy } from '../testing/tokens.ts';
import { KeysUnavailable, TokenRefused } from './issuer.ts';
import { createIssuerKeys } from './issuer-keys.ts';
import { createTokenVerifier } from './verify-token.ts';

const [first, second, unknown] = [makeKey('first'), makeKey('second'), makeKey('unknown')];

let server: Server;
let port = 0;
let published: readonly TestKey[] = [];
/** How the issuer answers meanwhile. */
let mode: 'keys' | 'error' | 'silent' | 'nonsense' = 'keys';
let asked = 0;

const listening = async (): Promise<void> => {
  server = createServer((_request, response) => {
    asked += 1;
    if (mode === 'silent') return;
    response.statusCode = mode === 'error' ? 500 : 200;
    response.end(mode === 'nonsense' ? '<html>' : JSON.stringify(jwksOf(...published)));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
};

async function away(): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

beforeEach(async () => {
  port = 0;
  published = [first];
  mode = 'keys';
  asked = 0;
  await listening();
});
afterEach(async () => {
  if (server.listening) await away();
});

const claims = () => {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: 'https://issuer.example', aud: 'shop', sub: 'me', iat: now, exp: now + 60 };
};
const by = (key: TestKey): string => signedBy(key, claims());

type Times = NonNullable<Parameters<typeof createIssuerKeys>[0]['times']>;

function verifier(times: Times = {}) {
  const url = new URL(`http://127.0.0.1:${port}/jwks.json`);
  const keys = createIssuerKeys({ url, logger: silentLogger, times });
  return createTokenVerifier({
    issuer: {
      ...{ issuer: 'https://issuer.example', audience: 'shop', algorithms: ['RS256'] },
      ...{ clockSkewSeconds: 30, maxAgeSeconds: 3_600, roleClaim: 'roles', requiredClaims: [] },
      keys,
    },
    logger: silentLogger,
    metrics: createMetrics({ service: 'test', processMetrics: false }),
    nowMs: Date.now,
  });
}

const fails = (work: Promise<unknown>, how: typeof KeysUnavailable | typeof TokenRefused) =>
  expect(work).rejects.toBeInstanceOf(how);

it('keys are fetched once for many tokens, and again for one that is not among them', async () => {
  const { verify } = verifier({ cooldownMs: 0 });
  await Promise.all([verify(by(first)), verify(by(first)), verify(by(first))]);
  await verify(by(first));
  expect(asked).toBe(1);
  published = [second, first];
  await verify(by(second));
  expect(asked).toBe(2);
  await fails(verify(by(unknown)), TokenRefused);
});

it('guessing key ids fetches nothing for a while', async () => {
  const { verify } = verifier();
  await verify(by(first));
  for (let n = 0; n < 5; n += 1) await fails(verify(by(unknown)), TokenRefused);
  expect(asked).toBe(1);
});

it('a key that was withdrawn is refused once the keys are no longer fresh', async () => {
  const { verify } = verifier({ freshMs: 0 });
  await verify(by(first));
  published = [second];
  await fails(verify(by(first)), TokenRefused);
});

it.each(['error', 'silent', 'nonsense'] as const)(
  'with an issuer that answers with %s, nobody is refused: it cannot be known',
  async (how) => {
    const { verify } = verifier({ timeoutMs: 100, retryMs: 0 });
    mode = how;
    await fails(verify(by(first)), KeysUnavailable);
    mode = 'keys';
    await verify(by(first));
  },
);

it('while the issuer is away, what it said last holds for a while, and no longer', async () => {
  const { verify } = verifier({ freshMs: 0, retryMs: 0, keptMs: 400 });
  await verify(by(first));
  await away();
  await verify(by(first));
  await fails(verify(by(unknown)), KeysUnavailable);
  await new Promise((resolve) => setTimeout(resolve, 450));
  await fails(verify(by(first)), KeysUnavailable);
  published = [second];
  await listening();
  await verify(by(second));
});

it('an issuer that failed is not asked again at once, however many ask', async () => {
  const { verify } = verifier({ retryMs: 60_000 });
  mode = 'error';
  for (let n = 0; n < 5; n += 1) await fails(verify(by(first)), KeysUnavailable);
  expect(asked).toBe(1);
});
