import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * They write alerts themselves, into the topic that the alert task owns: on the servers that they
 * share, that task would take its state for lost, and a replay would find what it never wrote.
 * So nothing comes after them.
 */
const writersOfAlerts = [
  'services/queries/src/alert-stream/alert-stream.int.spec.ts',
  'infra/integrity/src/subscribers-in-other-languages.int.spec.ts',
];

class WritersOfAlertsLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isWriter = ({ moduleId }: TestSpecification): boolean =>
      writersOfAlerts.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter((file) => !isWriter(file)), ...sorted.filter(isWriter)];
  }
}

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
    sequence: { sequencer: WritersOfAlertsLast },
    projects: [unit, unitOfPage, tier('int', 60_000, false), tier('e2e', 180_000, false)],
  },
});
