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

const alone = tier('unit', 20_000, true);
const page = 'services/console/**';

/**
 * They do no I/O and leave nothing behind, so that files of one worker share what they import: it
 * takes a third of the processor time. Not so those of the page: Vue holds on to the document in
 * which it was loaded, and each file has one of its own.
 */
const unit = { ...alone, test: { ...alone.test, isolate: false, exclude: [page] } };
const unitOfPage = {
  ...alone,
  plugins: [vue()],
  test: { ...alone.test, name: 'unit-page', include: [`${page}/*.unit.spec.ts`] },
};

export default defineConfig({
  resolve: { conditions: ['@plumbline/source'] },
  ssr: { resolve: { conditions: ['@plumbline/source'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    projects: [unit, unitOfPage, tier('int', 60_000, false), tier('e2e', 180_000, false)],
  },
});
