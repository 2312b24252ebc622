/**
 * Preloaded into the processes of the integrity suite (`--import …/kill-at-step.js?plan=<file>`):
 * kills its own process at the step that the plan names. One kill at a time, in the order of the
 * plan; each happens once, which the file beside the plan remembers.
 */
import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { Step } from '@plumbline/observability';
import { stepChannel } from '@plumbline/observability';
import type { PlannedKill } from './kill-plan.ts';
import { doneFileOf, planPollMs } from './kill-plan.ts';

const planFile = new URL(import.meta.url).searchParams.get('plan') ?? '';
let readAtMs = 0;
let next: PlannedKill | null = null;
let seen = 0;

function look(): void {
  const changedMs = statSync(planFile, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (changedMs === readAtMs) return;
  readAtMs = changedMs;
  const plan = JSON.parse(readFileSync(planFile, 'utf8')) as PlannedKill[];
  const first = plan.find(({ id }) => !existsSync(doneFileOf(planFile, id))) ?? null;
  if (first?.id === next?.id) return;
  next = first;
  seen = 0;
}

function onStep(message: unknown): void {
  const { of, step } = message as Step;
  if (next?.of !== of || next.step !== step) return;
  seen += 1;
  if (seen < next.at) return;
  const { id, delayMs, signal } = next;
  next = null;
  const die = () => {
    writeFileSync(doneFileOf(planFile, id), '');
    process.kill(process.pid, signal);
  };
  if (delayMs === 0) die();
  else setTimeout(die, delayMs);
}

if (planFile !== '') {
  look();
  setInterval(look, planPollMs).unref();
  subscribe(stepChannel, onStep);
}
