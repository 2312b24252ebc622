import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ResolvedAddress } from './look-up.ts';
import { createLookUp } from './look-up.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Names beginning with `hung` never answer, with `none` there are not, with `bad` fail. */
function create(over: { readonly vet?: (address: string) => boolean } = {}) {
  const asked: string[] = [];
  let running = 0;
  let atOnce = 0;
  const lookUp = createLookUp({
    nowMs: () => Date.now(),
    vet: over.vet ?? (() => true),
    async resolve(host): Promise<readonly ResolvedAddress[]> {
      asked.push(host);
      running += 1;
      atOnce = Math.max(atOnce, running);
      if (host.startsWith('hung')) await new Promise(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
      if (host.startsWith('none')) throw Object.assign(new Error(), { code: 'ENOTFOUND' });
      if (host.startsWith('bad')) throw Object.assign(new Error(), { code: 'EAI_AGAIN' });
      return [
        { address: '2600::1', family: 6 },
        { address: '93.184.215.14', family: 4 },
      ];
    },
  });
  return { lookUp, asked, atOnce: () => atOnce };
}

describe('a look-up', () => {
  it('runs once for all who ask at a time, and holds for 5 s', async () => {
    const { lookUp, asked } = create();
    const answers = Array.from({ length: 500 }, () => lookUp('a.example'));
    await vi.advanceTimersByTimeAsync(20);
    const [first] = await Promise.all(answers);
    expect(first).toMatchObject({ ok: true, value: { remembered: false } });
    await vi.advanceTimersByTimeAsync(4_900);
    expect(await lookUp('a.example')).toMatchObject({ value: { remembered: true } });
    expect(asked).toEqual(['a.example']);
    await vi.advanceTimersByTimeAsync(200);
    const again = lookUp('a.example');
    await vi.advanceTimersByTimeAsync(20);
    expect(await again).toMatchObject({ value: { remembered: false } });
    expect(asked).toHaveLength(2);
  });

  it('gives IPv4 first', async () => {
    const { lookUp } = create();
    const answer = lookUp('a.example');
    await vi.advanceTimersByTimeAsync(20);
    expect(await answer).toMatchObject({ value: { addresses: [{ family: 4 }, { family: 6 }] } });
  });

  it('refuses the whole answer for one address', async () => {
    const { lookUp } = create({ vet: (address) => address !== '2600::1' });
    const answer = lookUp('a.example');
    await vi.advanceTimersByTimeAsync(20);
    const refused = await answer;
    expect(refused).toMatchObject({ ok: false, code: 'REFUSED_ADDRESS' });
    expect(JSON.stringify(refused)).not.toContain('2600');
  });

  it('tells a name that there is not from a server that fails, and asks again after 1 s', async () => {
    const { lookUp, asked } = create();
    const answers = [lookUp('none.example'), lookUp('bad.example')];
    await vi.advanceTimersByTimeAsync(40);
    expect(await Promise.all(answers)).toMatchObject([
      { ok: false, code: 'NAME_NOT_FOUND' },
      { ok: false, code: 'NAME_SERVER_FAILED' },
    ]);
    await vi.advanceTimersByTimeAsync(500);
    await lookUp('none.example');
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(600);
    const again = lookUp('none.example');
    await vi.advanceTimersByTimeAsync(20);
    await again;
    expect(asked).toHaveLength(3);
  });

  it('ends after 10 s where no server answers, and leaves the name alone for 30 s', async () => {
    const { lookUp, asked } = create();
    const hung = lookUp('hung.example');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await hung).toMatchObject({ ok: false, code: 'NAME_SERVER_FAILED' });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(await lookUp('hung.example')).toMatchObject({ code: 'NAME_SERVER_FAILED' });
    expect(asked).toHaveLength(1);
  });
});

describe('look-ups of many names', () => {
  it('run a few at once, and all come to their turn', async () => {
    const { lookUp, asked, atOnce } = create();
    const answers = Array.from({ length: 40 }, (_, n) => lookUp(`n${n}.example`));
    await vi.advanceTimersByTimeAsync(20 * 20);
    for (const answer of await Promise.all(answers)) expect(answer.ok).toBe(true);
    expect(asked).toHaveLength(40);
    expect(atOnce()).toBe(2);
  });

  it('keep a place for names that answered before, whatever hangs', async () => {
    const { lookUp } = create();
    const before = lookUp('known.example');
    await vi.advanceTimersByTimeAsync(20);
    await before;
    await vi.advanceTimersByTimeAsync(6_000);
    const hung = Array.from({ length: 10 }, (_, n) => lookUp(`hung${n}.example`));
    const known = lookUp('known.example');
    await vi.advanceTimersByTimeAsync(20);
    expect(await known).toMatchObject({ ok: true });
    await vi.advanceTimersByTimeAsync(50_000);
    for (const answer of await Promise.all(hung)) expect(answer.ok).toBe(false);
  });

  it('are refused beyond what may wait', async () => {
    const { lookUp } = create();
    const answers = Array.from({ length: 1_003 }, (_, n) => lookUp(`hung${n}.example`));
    expect(await answers[1_002]).toMatchObject({ ok: false, code: 'NAME_SERVER_FAILED' });
  });
});
