import type { Codec } from '@plumbline/events';
import { broadcastKeys } from '@plumbline/kernel';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Random, SimHost, SimLog } from '@plumbline/runtime/simulation';
import { answering } from '../oracles/parking.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import { wordCommands } from './alert-words.ts';
import type { Client, Command } from './client.ts';
import { createClient } from './client.ts';
import { endpointCommands } from './endpoint-commands.ts';
import type { Journal } from './journal.ts';
import { furnish, furnishMore } from './furnish.ts';
import { operationCommands } from './operators.ts';
import { redriveCommand } from './redrive-commands.ts';
import { remedyCommands } from './remedy-commands.ts';
import { beginTelling, rulesCommand } from './tell-story.ts';

/** Something to be sent at its time, again and again until it was answered or given up. */
interface Errand {
  nextAtMs(): number | null;
  command(): Command;
  done(): void;
}

/** One command at one moment, or again under its id at the next. */
function at(command: Command, ...atMs: readonly number[]): Errand {
  let times = 0;
  return {
    nextAtMs: () => atMs[times] ?? null,
    command: () => command,
    done: () => {
      times += 1;
    },
  };
}

/** What an operator does, and how far it is. */
interface Operation {
  /** Since the start of the run. */
  readonly atMs: number;
  /** Looks at what is shown then. */
  choose(): readonly Command[];
  commands: readonly Command[] | null;
  isDone: boolean;
}

/** How often a client asks again under the same id when no answer comes. */
const triesMax = 3;

async function sent(command: Command, client: Client): Promise<void> {
  for (let tried = 0; tried < triesMax; tried += 1) {
    if ((await client.send(command)) !== null) return;
  }
}

const clientTopics: readonly string[] = answering.flatMap(({ commands, outcomes }) => [
  commands,
  outcomes,
]);

/** All that clients do in a run. What they have done outlives the process that they run in. */
export function createClients(options: {
  readonly plan: RunPlan;
  readonly random: Random;
  readonly beganMs: number;
  readonly journal: Journal;
  /** The read model that operators look at; none where nobody is told. */
  readonly notifications: MemoryReadModel | undefined;
  /** Where they look for alerts. */
  readonly alerts: MemoryReadModel;
  newCodec(): Codec;
  reached(name: string): void;
  nowMs(): number;
}) {
  const { plan, random, beganMs, journal } = options;
  const stories: Errand[] = plan.stories.map((story) =>
    beginTelling(story, { random: random.fork(`story/${story.index}`), beganMs }),
  );
  const keys = broadcastKeys({ partitions: plan.partitions, tenant: 'main', name: 'rules' });
  const rules = plan.rules.flatMap((planned, setting) =>
    keys.map((key) => {
      const command = rulesCommand(planned, { id: `rules-${setting}-${key}`, key });
      return at(command, beganMs + planned.atMs);
    }),
  );
  const goods = [
    ...furnish(random.fork('goods')).map((command) => at(command, beganMs)),
    ...furnishMore().map((command) => at(command, beganMs + plan.stormMs)),
  ];
  const endpoints = plan.endpoints.flatMap((planned) =>
    endpointCommands(planned).map(({ command, atMs }) => at(command, beganMs + atMs)),
  );
  const redrives = plan.redrives.map((planned) => {
    const { atMs, againAtMs } = planned;
    const times = againAtMs === null ? [atMs] : [atMs, againAtMs];
    return at(redriveCommand(planned), ...times.map((each) => beganMs + each));
  });
  const remedies = (plan.remedies === null ? [] : remedyCommands(plan.remedies, plan)).map(
    ({ command, atMs }) => at(command, beganMs + atMs),
  );
  const errands = [...goods, ...endpoints, ...stories, ...rules, ...redrives, ...remedies];
  const operations: Operation[] = [
    ...plan.operations.map((planned) => {
      const of = {
        model: options.notifications,
        random: random.fork(`operation/${planned.index}`),
      };
      return { atMs: planned.atMs, choose: () => operationCommands(planned, of) };
    }),
    ...plan.words.map((planned) => {
      const of = { model: options.alerts, random: random.fork(`word/${planned.index}`) };
      const choose = () => wordCommands(planned, { ...of, nowMs: options.nowMs() });
      return { atMs: planned.atMs, choose };
    }),
  ].map((each) => ({ ...each, commands: null, isDone: false }));
  let begin: ((errand: Errand) => void) | null = null;

  async function run(errand: Errand, client: Client, host: SimHost): Promise<void> {
    for (let atMs = errand.nextAtMs(); atMs !== null; atMs = errand.nextAtMs()) {
      await host.clock.sleep(Math.max(1, atMs - options.nowMs()));
      await sent(errand.command(), client);
      errand.done();
    }
  }

  /** What was chosen once stays chosen, also when the process that asks ends meanwhile. */
  async function operate(operation: Operation, client: Client, host: SimHost): Promise<void> {
    if (operation.isDone) return;
    await host.clock.sleep(Math.max(1, beganMs + operation.atMs - options.nowMs()));
    operation.commands ??= operation.choose();
    for (const command of operation.commands) await sent(command, client);
    operation.isDone = true;
  }

  return {
    /** Nothing is left to do. */
    areDone: () =>
      errands.every((errand) => errand.nextAtMs() === null) &&
      operations.every(({ isDone }) => isDone),
    /** Something to be sent now that nobody had planned: a callback of the gateway. */
    deliver(command: Command): void {
      const errand = at(command, options.nowMs());
      errands.push(errand);
      begin?.(errand);
    },
    async start(log: SimLog, host: SimHost): Promise<{ close(): Promise<void> }> {
      const codec = options.newCodec();
      await codec.prepare(clientTopics);
      const client = createClient({
        ...{ log, host, codec, journal },
        partitions: plan.partitions,
        reached: (name) => {
          options.reached(name);
        },
        nowMs: () => options.nowMs(),
      });
      begin = (errand) => void run(errand, client, host);
      for (const errand of errands) begin(errand);
      for (const operation of operations) void operate(operation, client, host);
      return { close: () => Promise.resolve() };
    },
  };
}
