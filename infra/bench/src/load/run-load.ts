import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import type { LoadJob, LoadResult } from './job.ts';

const generator = fileURLToPath(new URL('generator.js', import.meta.url));

/** Runs one job in a process of its own. Errors: when it does not end well. */
export async function runLoad(job: LoadJob, signal: AbortSignal): Promise<LoadResult> {
  const child = spawn(process.execPath, ['--enable-source-maps', generator], {
    stdio: ['pipe', 'pipe', 'inherit'],
    signal,
  });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin.end(JSON.stringify(job));
  const [output, code] = await Promise.race([Promise.all([text(child.stdout), closed]), failed]);
  if (code !== 0) throw new Error(`the load generator ended with code ${code ?? 'none'}`);
  return JSON.parse(output) as LoadResult;
}
