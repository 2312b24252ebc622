import { relative } from 'node:path';
import { z } from 'zod';
import { failure, sum, type Failure, type Outcome } from './outcome.ts';

/** The part of vitest's JSON report that counts; the reporter copies Jest's format. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.enum(['passed', 'failed', 'skipped', 'pending', 'todo', 'disabled']),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

type FileReport = z.output<typeof reportSchema>['testResults'][number];

/**
 * Counts of one vitest run. What vitest does not count as a failed test counts here all the same:
 * a file that does not load or whose hook throws, an error outside the tests, no report, no test.
 */
export function outcomeOfVitest(run: {
  readonly tier: string;
  readonly report: string | null;
  readonly exitCode: number | null;
  readonly root: string;
}): Outcome {
  const parsed = reportSchema.safeParse(jsonOf(run.report));
  if (!parsed.success)
    return failure(`the ${run.tier} run`, `left no report, exit code ${run.exitCode ?? 'none'}`);
  const counted = sum(parsed.data.testResults.map((file) => outcomeOfFile(file, run.root)));
  if (counted.failures.length > 0) return counted;
  if (run.exitCode !== 0)
    return sum([
      counted,
      failure(`the ${run.tier} run`, `ended with code ${run.exitCode ?? 'none'}; see above`),
    ]);
  if (counted.passed === 0)
    return sum([counted, failure(`the ${run.tier} run`, 'no test passed: none was found or run')]);
  return counted;
}

function outcomeOfFile(file: FileReport, root: string): Outcome {
  const name = relative(root, file.name);
  const failures: Failure[] = file.assertionResults
    .filter((test) => test.status === 'failed')
    .map((test) => ({
      what: `${name} > ${test.fullName}`,
      message: test.failureMessages?.[0] ?? '',
    }));
  if (file.status === 'failed' && failures.length === 0)
    failures.push({ what: name, message: file.message ?? 'the file failed outside its tests' });
  const passed = file.assertionResults.filter((test) => test.status === 'passed').length;
  const failed = file.assertionResults.filter((test) => test.status === 'failed').length;
  return { passed, failures, skipped: file.assertionResults.length - passed - failed };
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
