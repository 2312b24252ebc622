import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';
import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';
import { filesOfShare } from './infra/testing/src/shares.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Shares of files with servers end together, whatever their files take. */
class EvenShares extends BaseSequencer {
  override shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { shard } = this.ctx.config;
    if (files.some(({ project }) => project.name !== 'int')) return super.shard(files);
    const byName = new Map(files.map((file) => [relative(root, file.moduleId), file]));
    const own = filesOfShare([...byName.keys()], {
      number: shard?.index ?? 1,
      of: shard?.count ?? 1,
    });
    return Promise.resolve(own.flatMap((name) => byName.get(name) ?? []));
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
    sequence: { sequencer: EvenShares },
    projects: [
      ...[unit, unitOfPage, tier('int', 60_000, false)],
      ...[tier('e2e', 180_000, false), tier('campaign', 180_000, false)],
    ],
  },
});
