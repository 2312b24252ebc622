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

/**
 * One project a tier; the suffix of a file is its tier (docs/testing.md). Files that are not isolated
 * share what a worker has imported, which takes a third of the processor time; they leave nothing of
 * their own behind.
 */
const tier = (
  name: string,
  of: { timeoutMs: number; fileParallelism?: boolean; isolate?: boolean },
) => ({
  extends: true as const,
  test: {
    name,
    include: [`{schemas,infra,streams,services}/*/src/**/*.${name}.spec.ts`],
    testTimeout: of.timeoutMs,
    hookTimeout: of.timeoutMs,
    fileParallelism: of.fileParallelism ?? false,
    isolate: of.isolate ?? true,
    // Or a style sheet is read as empty.
    css: true,
  },
});

const alone = tier('unit', { timeoutMs: 20_000, fileParallelism: true, isolate: false });
const page = 'services/console/**';

const unit = { ...alone, test: { ...alone.test, exclude: [page] } };
/** Vue holds on to the document in which it was loaded, and each file has one of its own. */
const unitOfPage = {
  ...alone,
  plugins: [vue()],
  test: { ...alone.test, name: 'unit-page', include: [`${page}/*.unit.spec.ts`], isolate: true },
};

export default defineConfig({
  resolve: { conditions: ['@plumbline/source'] },
  ssr: { resolve: { conditions: ['@plumbline/source'] } },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: EvenShares },
    projects: [
      ...[unit, unitOfPage],
      tier('int', { timeoutMs: 60_000, isolate: false }),
      tier('e2e', { timeoutMs: 180_000, isolate: false }),
      tier('campaign', { timeoutMs: 180_000 }),
    ],
  },
});
