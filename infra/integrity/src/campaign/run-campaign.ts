import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Violation } from '../checks/violation.ts';
import { campaignPromises } from '../promises/all-promises.ts';
import { examinePlatform } from '../schemathesis/examine-platform.ts';
import type { Finished } from '../world/run.ts';
import { startRun } from '../world/run.ts';
import { gatewaysOf, openWorld, until } from '../world/world.ts';
import type { AtGateways } from './at-gateways.ts';
import { leadPayments } from './at-gateways.ts';
import type { CampaignArguments } from './arguments.ts';
import type { Broken } from './break-things.ts';
import { breakThings } from './break-things.ts';
import type { LedgerLine } from './ledger.ts';
import { machine, writeLedger } from './ledger.ts';
import type { HandedOver } from './hand-over.ts';
import { handOver } from './hand-over.ts';
import { campaignEveryMs } from './limits.ts';
import { createRandom } from './random.ts';
import type { Rolled } from './roll-version.ts';
import { rollVersion } from './roll-version.ts';
import { buildVersionBefore, NotRun, presentCommit, root } from './version-before.ts';

const bootstrap = join(root, 'bootstrap.mjs');

export interface CampaignContext {
  readonly chosen: CampaignArguments;
  readonly signal: AbortSignal;
  readonly report: (line: string) => void;
}

/** Simulation, measured truth, endpoints, suites, rolling version, gateways, hand-over, faults, in this order, as far as each is wanted. */
export async function runCampaign(context: CampaignContext): Promise<LedgerLine> {
  const { chosen, signal, report } = context;
  const begin = performance.now();
  const at = new Date().toISOString();
  const commit = await presentCommit();
  report(`seed ${chosen.seed}, commit ${commit}`);
  const simulation = chosen.simulate === 0 ? null : await simulate(context);
  const truth = chosen.truth === 0 || signal.aborted ? null : await measureTruth(context);
  const endpoints = await examineEndpoints(context);
  const suites = !chosen.suites || signal.aborted ? null : await runSuites(context);
  const before = chosen.before === null || signal.aborted ? null : await roll(context);
  const led = signal.aborted ? null : await lead(context);
  const handed =
    chosen.handOver === 0 || signal.aborted ? null : await handOver(chosen.handOver, report);
  const faults = chosen.kills === 0 || signal.aborted ? null : await breakAndCheck(context);
  const violations: Violation[] = [
    ...scriptViolations('npm run simulate', simulation),
    ...scriptViolations('npm run alerts:truth', truth),
    ...endpointViolations(endpoints),
    ...scriptViolations('suites of campaigns', suites),
    ...rolledViolations(before),
    ...(led?.violations ?? []),
    ...(handed?.violations ?? []),
    ...(faults?.violations ?? []),
  ];
  const line: LedgerLine = {
    ...{ at, commit, seed: chosen.seed },
    command: `npm run campaign -- ${process.argv.slice(2).join(' ')}`.trim(),
    machine: machine(),
    seconds: Math.round((performance.now() - begin) / 1_000),
    verdict: violations.length > 0 ? 'violated' : signal.aborted ? 'stopped' : 'held',
    broken: faults?.broken ?? null,
    paid: faults?.finished?.paid ?? 0,
    records: faults?.finished?.records ?? 0,
    drainedMs: faults?.finished?.drainedMs ?? null,
    atGateways: withoutViolations(led),
    handedOver: withoutFindings(handed),
    ...{ simulation, truth, endpoints, suites, before, violations },
  };
  for (const file of await writeLedger(line, chosen.save)) report(`written to ${file}`);
  return line;
}

function withoutViolations(led: AtGateways | null): LedgerLine['atGateways'] {
  if (led === null) return null;
  const { webhooks, refunds, drainedMs, failed } = led;
  return { webhooks, refunds, drainedMs, failed };
}

function withoutFindings(handed: HandedOver | null): LedgerLine['handedOver'] {
  if (handed === null) return null;
  const { keys, handedOverMs, tookOverMs } = handed;
  return { keys, handedOverMs, tookOverMs };
}

function lead({ chosen, report }: CampaignContext): Promise<AtGateways | null> {
  const { webhooks, refunds, seed } = chosen;
  if (webhooks === 0 && refunds === 0) return Promise.resolve(null);
  return leadPayments({ webhooks, refunds, prefix: `G${seed}`, report });
}

/** `null` when it is not wanted. */
async function examineEndpoints(context: CampaignContext): Promise<string | null> {
  const { chosen, signal, report } = context;
  if (chosen.endpoints === 0 || signal.aborted) return null;
  report(`endpoints: ${chosen.endpoints} generated requests for each call …`);
  const said = await examinePlatform({
    ...{ examples: chosen.endpoints, seed: chosen.seed, signal, report },
  });
  if (said.startsWith('not run')) report(`NOT RUN, the endpoints: ${said}`);
  return said;
}

const endpointViolations = (said: string | null): Violation[] =>
  said === null || said === 'ok' || said.startsWith('not run')
    ? []
    : [{ invariant: 'state' as const, what: `endpoints of ${said}` }];

function rolledViolations(before: Rolled | string | null): Violation[] {
  if (before === null || typeof before === 'string') return [];
  const { failed, from, violations } = before;
  const failure = failed === null ? [] : [{ invariant: 'I1' as const, what: `${from}: ${failed}` }];
  return [...failure, ...violations];
}

async function roll({ chosen, report }: CampaignContext): Promise<Rolled | string> {
  try {
    const before = await buildVersionBefore(chosen.before ?? 'last', report);
    try {
      return await rollVersion(before, report);
    } finally {
      await before.remove();
    }
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    report(`NOT RUN, the rolling restart from the version before: ${error.message}`);
    return `not run: ${error.message}`;
  }
}

function simulate(context: CampaignContext): Promise<string> {
  const { chosen, report } = context;
  report(`simulation: ${chosen.simulate} seeds …`);
  return runScript(context, [bootstrap, 'simulate', '--seeds', String(chosen.simulate)]);
}

/** Each a world of its own. */
function runSuites(context: CampaignContext): Promise<string> {
  context.report('suites that take too long for npm test …');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return runScript(context, [vitest, 'run', '--project', 'campaign']);
}

/** `ok`, or how the first ended that did not end well. */
async function measureTruth(context: CampaignContext): Promise<string> {
  const { chosen, signal, report } = context;
  report(`measured truth of alerts: ${chosen.truth} histories, and planted bugs …`);
  const seed = ['--seed', String(chosen.seed)];
  const measured = await runScript(context, [
    ...[bootstrap, 'truth', '--histories', String(chosen.truth), ...seed],
  ]);
  if (measured !== 'ok' || signal.aborted) return measured;
  return runScript(context, [bootstrap, 'truth', '--mutants', ...seed]);
}

const scriptViolations = (name: string, ended: string | null): Violation[] =>
  ended === null || ended === 'ok' ? [] : [{ invariant: 'state', what: `${name}: ${ended}` }];

/** A program of Node, with its arguments. `ok`, or how it ended. */
function runScript({ signal }: CampaignContext, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // Standard output is the verdict's.
    const stdio = ['ignore', 2, 2] as const;
    const child = spawn(process.execPath, [...args], {
      ...{ cwd: root, stdio: [...stdio], signal },
    });
    child.once('error', (error) => (signal.aborted ? resolve('stopped') : reject(error)));
    child.once('exit', (code, by) =>
      resolve(code === 0 ? 'ok' : `ended with ${by ?? code ?? '?'}`),
    );
  });
}

async function breakAndCheck({ chosen, signal, report }: CampaignContext): Promise<{
  readonly broken: Omit<Broken, 'violations'>;
  readonly finished: Finished | null;
  readonly violations: readonly Violation[];
}> {
  report('starting servers, and two instances of each process …');
  const world = await openWorld({
    gateways: true,
    twice: ['orders', 'payments', 'checkout', 'consistency-alerts'],
  });
  await gatewaysOf(world).misbehave(chosen.seed);
  const run = startRun({ world, prefix: `S${chosen.seed}X`, everyMs: campaignEveryMs });
  let failed = true;
  try {
    await until('it runs', () => run.load.paid.length > 10, 60_000);
    for (const promise of campaignPromises) {
      report(`${promise.title} …`);
      report(JSON.stringify(await promise.keep(run)));
    }
    const random = createRandom(chosen.seed);
    const { kills, minutes } = chosen;
    const so = await breakThings({ run, random, kills, minutes, signal, report });
    const { violations, ...broken } = so;
    failed = violations.length > 0;
    if (failed) return { broken, finished: null, violations };
    report(`healing and draining after ${broken.kills} kills …`);
    await Promise.all(world.platforms.map((platform) => platform.ready()));
    const finished = await run.finish();
    failed = finished.violations.length > 0;
    return { broken, finished, violations: finished.violations };
  } finally {
    await run.close();
    const logs = join(root, '.plumbline', `campaign-${chosen.seed}-${Date.now()}`);
    if (failed) report(`logs of the processes: ${logs}`);
    await world.close(failed ? logs : undefined);
  }
}
