import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import * as limits from './limits.ts';

/** Real Chromium, without a window. */
export const openBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    timeout: limits.launchTimeoutMs,
    // Containers have little shared memory; glyphs are to be the same on every machine.
    args: ['--disable-dev-shm-usage', '--font-render-hinting=none'],
  });

/** A person with a browser of their own: cookies, storage, and one tab to begin with. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /**
   * What a developer's console would have shown as wrong, in all tabs: messages, exceptions, and
   * answers from 400 on, such as `404 GET /icon.svg`.
   */
  readonly faults: readonly string[];
  /** Faults of that kind are none from now on. Until it is called: then it says how many came. */
  tolerate(pattern: RegExp): () => number;
  /** As `tolerate` gives it: nobody is logged in when the page first looks. */
  noSession(): number;
  /** Another tab of the same person. */
  openTab(url: string): Promise<Page>;
  close(): Promise<void>;
}

export async function newVisitor(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: limits.viewport,
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(limits.actionTimeoutMs);
  const faults: string[] = [];
  const tolerated = new Map<RegExp, number>();
  context.on('page', (page) =>
    listen(page, (fault) => {
      const [pattern, count] = [...tolerated].find(([each]) => each.test(fault)) ?? [];
      if (pattern === undefined) faults.push(fault);
      else tolerated.set(pattern, (count ?? 0) + 1);
    }),
  );
  const openTab = async (to: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(to);
    return page;
  };
  const tolerate = (pattern: RegExp) => {
    tolerated.set(pattern, 0);
    return () => {
      const count = tolerated.get(pattern) ?? 0;
      tolerated.delete(pattern);
      return count;
    };
  };
  const noSession = tolerate(/^401 GET \/api\/session$/);
  return {
    ...{ context, page: await openTab(url), faults, openTab, tolerate, noSession },
    close: () => context.close(),
  };
}

function listen(page: Page, onFault: (fault: string) => void): void {
  page.on('pageerror', (error) => onFault(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (!['error', 'warning'].includes(message.type())) return;
    // Says the same as the answer itself, without whose it was.
    if (message.text().startsWith('Failed to load resource')) return;
    onFault(`${message.type()}: ${message.text()}`);
  });
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() < 400) return;
    onFault(`${response.status()} ${response.request().method()} ${pathname}`);
  });
  page.on('requestfailed', (request) => {
    const { pathname } = new URL(request.url());
    const why = request.failure()?.errorText ?? '';
    // A page that is left takes its requests with it.
    if (why !== 'net::ERR_ABORTED') onFault(`${why} ${request.method()} ${pathname}`);
  });
}

/** Proof that a document stays: what a reload or a navigation would wipe out. */
export async function markDocument(page: Page): Promise<() => Promise<boolean>> {
  const mark = `mark-${Math.random().toString(36).slice(2)}`;
  await page.evaluate(`window.plumblineMark = '${mark}'`);
  return async () => (await page.evaluate('window.plumblineMark')) === mark;
}

interface Focused {
  readonly name: string;
  /** Not where a page begins, which only a script puts in focus. */
  readonly isStop: boolean;
  readonly isSeen: boolean;
}

/** The name of what is in focus, and whether a ring shows where that is. */
const focused = `(() => {
  const at = document.activeElement;
  const labels = [...(at.labels ?? [])].map((each) => each.textContent).join(' ');
  const name = at.getAttribute('aria-label') ?? (labels || at.textContent || '');
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  // A browser's own ring is 'auto', of whatever width it likes.
  const hasRing =
    outlineStyle === 'auto' || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2);
  // Behind the last stop the browser itself is in focus.
  const isStop = at !== document.body && at.tabIndex >= 0;
  return { name: name.replace(/\\s+/g, ' ').trim(), isStop, isSeen: hasRing };
})()`;

/**
 * Goes on with Tab until something of that name is in focus, as somebody without a mouse does.
 *
 * Errors: nothing of that name comes; or something on the way is in focus and does not show it.
 */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < limits.tabStopsMax) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate<Focused>(focused);
    passed.push(at.name);
    if (!at.isStop) continue;
    if (!at.isSeen) throw new Error(`"${at.name}" is in focus, and nothing shows it`);
    if (typeof name === 'string' ? at.name === name : name.test(at.name)) return;
  }
  throw new Error(`Tab does not come to ${String(name)}, but to:\n${passed.join('\n')}`);
}

export async function pressKeyOn(
  page: Page,
  name: string | RegExp,
  key: 'Enter' | 'Space' = 'Enter',
): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press(key);
}

/** By keyboard, at the local issuer's form. The first look at the session is answered 401. */
export async function logIn(
  visitor: Visitor,
  who: { readonly name: string; readonly roles?: readonly RegExp[] },
): Promise<void> {
  const { page } = visitor;
  await page.locator('#log-in-user').waitFor();
  await tabTo(page, 'Name');
  await page.keyboard.type(who.name);
  for (const role of who.roles ?? []) await pressKeyOn(page, role, 'Space');
  await pressKeyOn(page, 'Log in');
  await page.locator('[data-live=live]').waitFor();
  if (visitor.noSession() === 0) throw new Error('the page did not look who is logged in');
}

/** Until it is so; a page changes when it is told to, and nobody waits for a load. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + limits.actionTimeoutMs;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`it does not happen: ${what}`);
    await sleep(limits.pollMs);
  }
}
