import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import * as limits from './limits.ts';

/** What is wrong with a page, one line each; none for a good one. */
export type Faults = readonly string[];

interface AxeResult {
  readonly looks: number;
  readonly found: Faults;
}

let source: Promise<string> | null = null;
const axeSource = (): Promise<string> =>
  (source ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));

/** What axe cannot decide of a contrast counts as found: nothing here stands on a picture. */
const axeRun = (options: object): string => `axe.run(document, ${JSON.stringify(options)}).then(
  ({ violations, incomplete, passes }) => {
    const unsure = incomplete.filter(({ id }) => id === 'color-contrast');
    const found = [...violations, ...unsure].flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + (failureSummary ?? '')));
    return { looks: passes.length, found };
  })`;

/** Without what nobody reads: details of what is right, and styles of other origins. */
const quick = { preload: false, resultTypes: ['violations', 'incomplete'] };

/**
 * Axe in light and, for what depends on colours, in dark; and whether anything is wider than a small
 * phone. The page is as it was afterwards.
 */
export async function audit(page: Page): Promise<Faults> {
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(await axeSource());
  const light = await page.evaluate<AxeResult>(axeRun(quick));
  await page.emulateMedia({ colorScheme: 'dark' });
  const colours = { ...quick, runOnly: ['color-contrast'] };
  const dark = await page.evaluate<AxeResult>(axeRun(colours));
  await page.emulateMedia({ colorScheme: 'light' });
  // One that looks at nothing finds nothing.
  if (light.looks < 10 || dark.looks < 1) throw new Error('axe has looked at nothing');
  return [...light.found, ...dark.found.map((each) => `dark: ${each}`), ...(await tooWide(page))];
}

/** What sticks out of a narrow window, and can be reached by scrolling the page sideways alone. */
const stickingOut = `(() => {
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const scrolls = (at) => at !== document.documentElement && at !== document.body &&
    (getComputedStyle(at).overflowX !== 'visible' || scrolls(at.parentElement));
  return [...document.body.querySelectorAll('*')]
    .filter((each) => each.getBoundingClientRect().right > clientWidth && !scrolls(each))
    .map((each) => each.outerHTML.slice(0, 120));
})()`;

async function tooWide(page: Page): Promise<Faults> {
  await page.setViewportSize({ ...limits.viewport, width: limits.narrowWidth });
  const wide = await page.evaluate<Faults>(stickingOut);
  await page.setViewportSize(limits.viewport);
  return wide.map((each) => `wider than ${limits.narrowWidth} px: ${each}`);
}

/**
 * What a text that is missing in a language leaves behind: a key, a place that was not filled in, a
 * code where words should be. What the log says stays as it is: code, places, and texts that are
 * marked as being in a language of their own.
 */
const unsaid = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { data, parentElement: of } = walker.currentNode;
    if (of.closest('code, pre, .timeline, .place, [lang]:not(html), script, noscript')) continue;
    const wrong = data.match(/\\{\\w+\\}|\\bundefined\\b|\\bNaN\\b|\\bnull\\b|\\[object/) ??
      data.match(/^\\s*[a-z][A-Za-z]*\\.[A-Za-z_]+\\s*$/) ?? data.match(/\\b[A-Z]{3,}_[A-Z_]+\\b/);
    if (wrong) found.push(wrong[0] + ' in ' + of.outerHTML.slice(0, 120));
  }
  for (const each of document.querySelectorAll('h1, h2, button, a, th, label, option, caption'))
    if (each.textContent.trim() === '' && !each.getAttribute('aria-label'))
      found.push('nothing in ' + each.outerHTML.slice(0, 120));
  return found;
})()`;

/** In the language that the page says it is in. */
export const missingTexts = (page: Page): Promise<Faults> => page.evaluate<Faults>(unsaid);
