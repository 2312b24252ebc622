import { inspect } from 'node:util';

/** What was measured belongs in the output of a run, whether or not it holds. */
export function tell(what: string, measured: unknown): void {
  process.stdout.write(`[integrity] ${what}: ${inspect(measured, { breakLength: Infinity })}\n`);
}
