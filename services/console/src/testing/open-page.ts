import { vi } from 'vitest';
import { createMemoryHistory } from 'vue-router';
import { createConsole } from '../create-console.ts';
import type { FakeServer } from './fake-server.ts';

/** Kept from before a test's clock takes its place. */
const { setTimeout } = globalThis;
const flushPromises = () => new Promise<void>((resolve) => void setTimeout(resolve, 0));

/** The whole page at an address, in a document of a test. */
export interface OpenPage {
  readonly main: HTMLElement;
  /** The only one that fits; throws for none. */
  find(selector: string): HTMLElement;
  /** Of a field. */
  value(selector: string): string;
  choose(selector: string, value: string): Promise<void>;
  button(name: string): HTMLButtonElement;
  text(): string;
  click(element: HTMLElement): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  settle(): Promise<void>;
  close(): void;
}

export async function openPage(server: FakeServer, path: string): Promise<OpenPage> {
  const root = document.createElement('div');
  document.body.replaceChildren(root);
  const history = createMemoryHistory();
  history.replace(path);
  const { fetch, openSocket } = server;
  const app = createConsole({ window, fetch, openSocket, history });
  app.mount(root);

  const settle = async (): Promise<void> => {
    // A read leads to a page, which reads in turn: a few rounds of promises.
    for (let rounds = 0; rounds < 5; rounds += 1) await flushPromises();
    // Operators' pages come when they are asked for.
    await vi.dynamicImportSettled();
    await flushPromises();
  };
  const find = (selector: string): HTMLElement => {
    const found = root.querySelector<HTMLElement>(selector);
    if (found === null) throw new Error(`there is no ${selector} in ${root.innerHTML}`);
    return found;
  };
  const fill = async (selector: string, value: string): Promise<void> => {
    const field = find(selector) as HTMLInputElement | HTMLSelectElement;
    field.value = value;
    field.dispatchEvent(new Event('input'));
    field.dispatchEvent(new Event('change'));
    await settle();
  };
  await settle();
  return {
    main: find('main'),
    find,
    button(name) {
      const named = [...root.querySelectorAll('button')].find(
        (each) => each.textContent.trim() === name || each.getAttribute('aria-label') === name,
      );
      if (named === undefined) throw new Error(`there is no button ${name}`);
      return named;
    },
    text: () => find('main').textContent.replaceAll('\u00a0', ' '),
    async click(element) {
      element.click();
      await settle();
    },
    type: fill,
    choose: fill,
    value: (selector) => (find(selector) as HTMLInputElement).value,
    settle,
    close: () => app.unmount(),
  };
}
