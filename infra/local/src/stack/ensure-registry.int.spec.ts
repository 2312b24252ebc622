import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureRegistry } from './ensure-registry.ts';

const registryUrl = process.env['PLUMBLINE_TEST_REGISTRY'] ?? '';

beforeAll(() => {
  if (registryUrl === '')
    throw new Error('PLUMBLINE_TEST_REGISTRY is unset: it is the URL of a schema registry');
});

/** The registry begins without a level of its own, and refuses the second of two that make it. */
async function setLevel(compatibility: string): Promise<void> {
  const { ok } = await fetch(`${registryUrl}/config`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ compatibility }),
  });
  expect(ok).toBe(true);
}

afterAll(() => setLevel('FULL_TRANSITIVE'));

it('sets the level, also where many do at once', async () => {
  for (let round = 0; round < 5; round += 1) {
    await setLevel('NONE');
    await Promise.all(Array.from({ length: 8 }, () => ensureRegistry({ registryUrl })));
    const { compatibilityLevel } = (await (await fetch(`${registryUrl}/config`)).json()) as {
      readonly compatibilityLevel: string;
    };
    expect(compatibilityLevel).toBe('FULL_TRANSITIVE');
  }
});
