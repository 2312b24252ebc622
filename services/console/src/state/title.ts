import { watchEffect } from 'vue';

/** What the browser's tab and a screen reader call the page. */
export const useTitle = (title: () => string): void => {
  watchEffect(() => (document.title = `${title()} · Plumbline`));
};
