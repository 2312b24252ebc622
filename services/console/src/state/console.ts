import type { InjectionKey, Ref, ShallowRef } from 'vue';
import { inject, onScopeDispose } from 'vue';
import type { Api } from '../api/calls.ts';
import type { Language } from '../language/language.ts';
import { listSettleMs, settleMs } from '../limits.ts';
import type { Change, Live, LiveStatus } from '../live/live.ts';
import type { Basket } from './basket.ts';
import type { Session } from './session.ts';
import type { Theme } from './theme.ts';

/** What every part of the page stands on. */
export interface Console {
  readonly api: Api;
  readonly session: Session;
  readonly basket: Basket;
  readonly live: Live;
  readonly liveStatus: Ref<LiveStatus>;
  readonly language: Language;
  readonly theme: Ref<Theme>;
  /** What a screen reader says next. */
  readonly announcement: ShallowRef<string>;
  /** An Idempotency-Key that nobody has used. */
  readonly newKey: () => string;
}

export const consoleKey: InjectionKey<Console> = Symbol('console');

export function useConsole(): Console {
  const found = inject(consoleKey);
  if (found === undefined) throw new Error('a component of the page is within its application');
  return found;
}

/** Calls `reload` after changes that concern what is shown, once for a burst of them. */
export function useChanges(options: {
  /** Changes of one order, or of everything that a list may show. */
  readonly of: 'one' | 'list';
  readonly concerns: (change: Change) => boolean;
  readonly reload: () => void;
}): void {
  const { of, concerns, reload } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waitMs = of === 'one' ? settleMs : listSettleMs;
  const soon = (): void => {
    // Not from the last one on: a stream of changes would never be shown.
    timer ??= setTimeout(() => {
      timer = undefined;
      reload();
    }, waitMs);
  };
  const leave = useConsole().live.listen({
    onChange(change) {
      if (concerns(change)) soon();
    },
    onReload: reload,
  });
  onScopeDispose(() => {
    leave();
    clearTimeout(timer);
  });
}
