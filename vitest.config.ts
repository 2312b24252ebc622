import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * They run the alert task. Others write alerts themselves, into the topic that this task owns: beside
 * those it would take its state for lost, and a replay would find what it never wrote. So these come
 * first on the servers that they share.
 */
const runnersOfTheAlertTask = [
  'infra/cli/src/real-servers.int.spec.ts',
  'infra/integrity/src/one-transaction-two-payments.int.spec.ts',
];

class AlertTaskFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isRunner = ({ moduleId }: TestSpecification): boolean =>
      runnersOfTheAlertTask.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isRunner), ...sorted.filter((file) => !isRunner(file))];
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
    sequence: { sequencer: AlertTaskFirst },
    projects: [unit, unitOfPage, tier('int', 60_000, false), tier('e2e', 180_000, false)],
  },
});
