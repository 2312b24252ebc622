import type { App } from 'vue';
import { createApp, nextTick, ref, shallowRef, watch } from 'vue';
import type { RouterHistory } from 'vue-router';
import { createWebHistory } from 'vue-router';
import { createApi } from './api/calls.ts';
import { createClient } from './api/client.ts';
import { createLanguage, isLanguage } from './language/language.ts';
import type { LiveStatus, OpenSocket } from './live/live.ts';
import { createLive } from './live/live.ts';
import ConsoleApp from './console-app.vue';
import { createConsoleRouter } from './router.ts';
import { createBasket } from './state/basket.ts';
import { consoleKey } from './state/console.ts';
import { createSession } from './state/session.ts';
import { read, write } from './state/stored.ts';
import { createTheme } from './state/theme.ts';

export interface ConsoleOptions {
  readonly window: Window & typeof globalThis;
  readonly fetch: typeof fetch;
  readonly openSocket?: OpenSocket;
  readonly history?: RouterHistory;
}

/** Puts the page together. Nothing is asked of the API before it is mounted. */
export function createConsole(options: ConsoleOptions): App {
  const { window, fetch, openSocket = webSocketOf(window) } = options;
  const { document, localStorage, sessionStorage } = window;

  const client = createClient({ fetch, onLoggedOut: () => session.lapse() });
  const api = createApi(client);
  const session = createSession({ api, client });
  const liveStatus = ref<LiveStatus>('off');
  const live = createLive({
    openSocket,
    onStatus: (status) => (liveStatus.value = status),
    onRefused: () => void session.check(),
    random: Math.random,
  });
  // Before any page hears of it: what it then reads must show the change.
  live.listen({ onChange: ({ place }) => client.show(place) });
  watch(session.state, (now, before) => {
    if (now.status === 'in' && before.status !== 'in') live.start();
    if (now.status !== 'in') live.stop();
  });
  window.addEventListener('online', () => {
    if (session.state.value.status === 'in') live.start();
  });

  const language = createLanguage(window.navigator.languages);
  const chosen = read(localStorage, 'language');
  if (typeof chosen === 'string' && isLanguage(chosen)) language.tag.value = chosen;
  watch(
    language.tag,
    (tag, before) => {
      document.documentElement.lang = tag;
      if (before !== undefined) write(localStorage, 'language', tag);
    },
    { immediate: true },
  );

  const newKey = (): string => randomKey(window);
  const basket = createBasket({ store: sessionStorage, newKey });
  const theme = createTheme({ root: document.documentElement, store: localStorage });
  const announcement = shallowRef('');
  const router = createConsoleRouter(options.history ?? createWebHistory());
  router.afterEach(async (to, from) => {
    if (from.matched.length === 0 || to.path === from.path) return;
    await nextTick();
    // Where a page begins: a screen reader reads it, and Tab goes on from there.
    document.querySelector<HTMLElement>('main h1')?.focus();
  });

  const app = createApp(ConsoleApp);
  app.provide(consoleKey, {
    ...{ api, session, basket, live, liveStatus, language, theme, announcement, newKey },
  });
  app.use(router);
  return app;
}

const webSocketOf =
  (window: Window & typeof globalThis): OpenSocket =>
  (path, events) => {
    const address = new URL(path, window.location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new window.WebSocket(address);
    socket.addEventListener('message', ({ data }) => events.onMessage(data));
    socket.addEventListener('close', ({ code }) => events.onClose(code));
    return socket;
  };

/** 128 random bits; `crypto.randomUUID` is not there on an http address other than localhost. */
const randomKey = ({ crypto }: Window & typeof globalThis): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
