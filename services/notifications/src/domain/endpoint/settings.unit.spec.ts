import type { EndpointSettings } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { isSameSettings, settingsProblem } from './settings.ts';
import { settingsOf } from './testing-commands.ts';

const hourMs = 3_600_000;
const template = { payWay: null, contentType: 'text/plain', text: 'x' };
const templates = (count: number) =>
  Array.from({ length: count }, (_each, at) => ({ ...template, payWay: `way-${at}` }));
const times = <Value>(count: number, value: Value) => Array<Value>(count).fill(value);

/** Of each setting: what just passes, and what just does not, with what is said of it. */
const bounds: readonly (readonly [
  passes: Partial<EndpointSettings>,
  fails: Partial<EndpointSettings>,
  problem: string,
])[] = [
  [{ url: 'x'.repeat(2_048) }, { url: 'x'.repeat(2_049) }, 'url: 1 to 2,048 characters'],
  [{ url: 'x' }, { url: '' }, 'url: 1 to 2,048 characters'],
  [{ events: times(32, 'x') }, { events: times(33, 'x') }, 'events: 1 to 32 types'],
  [{ events: ['*'] }, { events: [] }, 'events: 1 to 32 types'],
  [
    { intervalsMs: times(25, 1_000) },
    { intervalsMs: times(26, 1_000) },
    'intervals: 25 retries at most',
  ],
  [{ intervalsMs: [1_000] }, { intervalsMs: [999] }, 'intervals: each wait takes 1 s to 72 h'],
  [
    { intervalsMs: [72 * hourMs] },
    { intervalsMs: [72 * hourMs + 1] },
    'intervals: each wait takes 1 s to 72 h',
  ],
  [{ intervalsMs: [] }, { intervalsMs: [1_000.5] }, 'intervals: each wait takes 1 s to 72 h'],
  [
    { intervalsMs: [36 * hourMs, 36 * hourMs] },
    { intervalsMs: [36 * hourMs, 36 * hourMs, 1_000] },
    'intervals: all waits together take 72 h at most',
  ],
  [{ timeoutMs: 1_000 }, { timeoutMs: 999 }, 'timeout: 1 s to 60 s'],
  [{ timeoutMs: 60_000 }, { timeoutMs: 60_001 }, 'timeout: 1 s to 60 s'],
  [{ concurrencyMax: 1 }, { concurrencyMax: 0 }, 'concurrency: 1 to 64'],
  [{ concurrencyMax: 64 }, { concurrencyMax: 65 }, 'concurrency: 1 to 64'],
  [{ ratePerSecond: 1 }, { ratePerSecond: 0 }, 'rate: 1 to 1000 a second'],
  [{ ratePerSecond: 1_000 }, { ratePerSecond: 1_001 }, 'rate: 1 to 1000 a second'],
  [{ templates: templates(8) }, { templates: templates(9) }, 'templates: 8 at most'],
  [
    { templates: [template, ...templates(1)] },
    { templates: [template, template] },
    'templates: one for each channel at most',
  ],
  [
    { description: 'x'.repeat(200) },
    { description: 'x'.repeat(201) },
    'description: 200 characters at most',
  ],
];

describe('settings', () => {
  it('have bounds, and say which they break', () => {
    for (const [passes, fails, problem] of bounds) {
      expect(settingsProblem(settingsOf(passes))).toBeNull();
      expect(settingsProblem(settingsOf(fails))).toBe(problem);
    }
  });

  it('are the same only where every field is', () => {
    const other: EndpointSettings = {
      ...{ url: 'y', description: 'y', events: ['y'], everyTenant: true, bodyStyle: 'EVENT' },
      ...{ bodyEncoding: 'FORM', signatureField: true, inOrder: true, intervalsMs: [] },
      ...{ timeoutMs: 1, concurrencyMax: 1, ratePerSecond: 1, templates: [template] },
    };
    const settings = settingsOf();
    expect(isSameSettings(settings, settingsOf())).toBe(true);
    for (const field of Object.keys(other) as (keyof EndpointSettings)[])
      expect(isSameSettings(settings, { ...settings, [field]: other[field] })).toBe(false);
    expect(Object.keys(other).sort()).toEqual(Object.keys(settings).sort());
    const said = settingsOf({ templates: [template] });
    for (const [field, value] of Object.entries({ payWay: 'x', contentType: 'x', text: 'y' })) {
      const changed = settingsOf({ templates: [{ ...template, [field]: value }] });
      expect(isSameSettings(said, changed)).toBe(false);
    }
  });

  it('are the same in whichever order their fields are written', () => {
    const reversed = Object.fromEntries(Object.entries(settingsOf()).reverse());
    // The same fields, only not in the order of the schema.
    expect(isSameSettings(reversed as unknown as EndpointSettings, settingsOf())).toBe(true);
  });
});
