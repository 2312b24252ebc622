import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

/** What a policy of `default-src 'self'` lets through: no inline script, style or `data:` address. */
export default defineConfig({
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
  },
});
