import type { Ref } from 'vue';
import { ref, watch } from 'vue';
import type { Store } from './stored.ts';
import { read, write } from './stored.ts';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Light or dark as the system is, or as was chosen here, on `<html data-theme>`. */
export function createTheme(options: { readonly root: HTMLElement; readonly store: Store }) {
  const { root, store } = options;
  const kept = read(store, 'theme');
  const theme: Ref<Theme> = ref(themes.find((each) => each === kept) ?? 'auto');
  watch(
    theme,
    (chosen) => {
      root.dataset['theme'] = chosen;
      write(store, 'theme', chosen);
    },
    { immediate: true },
  );
  return theme;
}
