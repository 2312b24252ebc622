import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/** One project a tier; the suffix of a file is its tier (docs/testing.md). */
const tier = (name: string, timeoutMs: number, fileParallelism: boolean) => ({
  extends: true as const,
  test: {
    name,
    include: [`{schemas,infra,streams,services}/*/src/**/*.${name}.spec.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    fileParallelism,
    // Or a style sheet is read as empty.
    css: true,
  },
});

export default defineConfig({
  resolve: { conditions: ['@plumbline/source'] },
  ssr: { resolve: { conditions: ['@plumbline/source'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      { ...tier('unit', 20_000, true), plugins: [vue()] },
      tier('int', 60_000, false),
      tier('e2e', 180_000, false),
    ],
  },
});
