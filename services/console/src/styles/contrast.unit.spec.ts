import { describe, expect, it } from 'vitest';
import css from './console.css?raw';

/** WCAG 2.2, "relative luminance" and "contrast ratio". */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const themes = [...css.matchAll(/:root[^{]*\{([^}]*)\}/g)].map(
  ([, rules = '']) =>
    new Map(
      [...rules.matchAll(/--([\w-]+):\s*(#[\da-f]{6})/g)].map(([, a = '', b = '']) => [a, b]),
    ),
);
const [light, dark, auto] = themes;

const colour = (theme: Map<string, string> | undefined, name: string): string => {
  const found = theme?.get(name);
  if (found === undefined) throw new Error(`there is no colour ${name}`);
  return found;
};

const texts = ['text', 'soft', 'link', 'good', 'wait', 'bad'];

describe.each([
  ['light', light],
  ['dark', dark],
])('in %s colours', (_, theme) => {
  it.each(['ground', 'raised'])('every text has a contrast of 4.5 to 1 on %s', (ground) => {
    for (const text of texts)
      expect(contrast(colour(theme, text), colour(theme, ground)), text).toBeGreaterThan(4.5);
  });

  it('the main button does, too, and borders and focus have 3 to 1', () => {
    expect(contrast(colour(theme, 'on-main'), colour(theme, 'main'))).toBeGreaterThan(4.5);
    for (const each of ['line', 'focus'])
      for (const ground of ['ground', 'raised'])
        expect(contrast(colour(theme, each), colour(theme, ground)), each).toBeGreaterThan(3);
  });
});

describe('the colours', () => {
  it('are the same dark ones whether chosen or taken from the system', () => {
    expect(dark?.size).toBeGreaterThan(8);
    expect(auto).toEqual(dark);
    expect([...(light?.keys() ?? [])]).toEqual([...(dark?.keys() ?? [])]);
  });

  it('stand in one place: no rule below has one of its own', () => {
    const below = css.slice(css.indexOf('*,\n*::before'));
    expect(below.match(/#[\da-f]{3,8}\b|rgb|hsl/gi) ?? []).toEqual([]);
  });
});
