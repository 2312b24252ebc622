import { receivingProjection } from '@plumbline/channel-monitor';
import type { Codec } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { Log } from '@plumbline/kafka';
import type { CallableGateway } from '@plumbline/payments';
import { createPersonalAccounts } from '@plumbline/payments';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { SimHost, SimLog, Simulation } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import { accountTenant } from '../plan/receiving.ts';
import type { Journal } from './journal.ts';
import { createMonitors } from './monitors.ts';
import { createSimCommands } from './sim-commands.ts';
import type { SimPayers } from './sim-payers.ts';
import { createSimPayers } from './sim-payers.ts';

/** Who pays into accounts in a run, and who says so. */
export interface Receiving {
  readonly payers: SimPayers;
  /** Nobody has anything left to pay or to say. */
  areDone(): boolean;
}

/** Payers, their clients in processes of their own, and the people at the accounts; null without any. */
export async function openReceiving(of: {
  readonly plan: RunPlan;
  readonly simulation: Simulation;
  readonly journal: Journal;
  readonly readModels: readonly MemoryReadModel[];
  readonly beganMs: number;
  clientLog(host: SimHost): SimLog;
  newCodec(): Codec;
}): Promise<Receiving | null> {
  const { plan, simulation, journal, readModels } = of;
  const { receiving: planned, partitions } = plan;
  const model = readModels.find(({ projection }) => projection === receivingProjection);
  if (planned === null || model === undefined) return null;
  const codec = of.newCodec();
  await codec.prepare([topics.receivingEvents.name]);
  const monitors = createMonitors({
    ...{ planned, partitions, journal, model, beganMs: of.beganMs },
    random: simulation.random.fork('monitors'),
    newCodec: () => of.newCodec(),
    reached: (name) => simulation.reached(name),
    nowMs: () => simulation.nowMs(),
  });
  const payers = createSimPayers({
    ...{ simulation, planned, journal, codec },
    random: simulation.random.fork('payers'),
    onMoney: (money) => monitors.see(money),
  });
  for (const name of monitors.names)
    simulation.process(name, (host) => monitors.start(name, of.clientLog(host), host)).start();
  return { payers, areDone: () => payers.areDone() && monitors.areDone() };
}

/** The gateway that accounts are to one worker, and what has to be closed with it. */
export function personalGateway(of: {
  readonly log: Log;
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  nowMs(): number;
}): { readonly gateway: CallableGateway; close(): void } {
  const commands = createSimCommands({ ...of, context: 'receiving', nowMs: () => of.nowMs() });
  const gateway = createPersonalAccounts({
    ...{ commands, tenant: accountTenant, deadlineMs: limits.callDeadlineMs },
  });
  return { gateway, close: () => commands.close() };
}
