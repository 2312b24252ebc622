import type { Codec } from '@plumbline/events';
import { broadcastKeys } from '@plumbline/kernel';
import type { Random, SimHost, SimLog } from '@plumbline/runtime/simulation';
import { contexts } from '../oracles/parking.ts';
import type { RunPlan } from '../plan/run-plan.ts';
import type { Client, Command } from './client.ts';
import { createClient } from './client.ts';
import { endpointCommands } from './endpoint-commands.ts';
import type { Journal } from './journal.ts';
import { furnish, furnishMore } from './furnish.ts';
import { beginTelling, rulesCommand } from './tell-story.ts';

/** Something to be sent at its time, again and again until it was answered or given up. */
interface Errand {
  nextAtMs(): number | null;
  command(): Command;
  done(): void;
}

/** One command at one moment. */
function once(command: Command, atMs: number): Errand {
  let isDone = false;
  return {
    nextAtMs: () => (isDone ? null : atMs),
    command: () => command,
    done: () => {
      isDone = true;
    },
  };
}

/** How often a client asks again under the same id when no answer comes. */
const triesMax = 3;

const clientTopics: readonly string[] = contexts.flatMap(({ commands, outcomes }) => [
  commands,
  outcomes,
]);

/** All that clients do in a run. What they have done outlives the process that they run in. */
export function createClients(options: {
  readonly plan: RunPlan;
  readonly random: Random;
  readonly beganMs: number;
  readonly journal: Journal;
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
      return once(command, beganMs + planned.atMs);
    }),
  );
  const goods = [
    ...furnish(random.fork('goods')).map((command) => once(command, beganMs)),
    ...furnishMore().map((command) => once(command, beganMs + plan.stormMs)),
  ];
  const endpoints = plan.endpoints.flatMap((planned) =>
    endpointCommands(planned).map(({ command, atMs }) => once(command, beganMs + atMs)),
  );
  const errands = [...goods, ...endpoints, ...stories, ...rules];
  let begin: ((errand: Errand) => void) | null = null;

  async function run(errand: Errand, client: Client, host: SimHost): Promise<void> {
    for (let atMs = errand.nextAtMs(); atMs !== null; atMs = errand.nextAtMs()) {
      await host.clock.sleep(Math.max(1, atMs - options.nowMs()));
      for (let tried = 0; tried < triesMax; tried += 1) {
        if ((await client.send(errand.command())) !== null) break;
      }
      errand.done();
    }
  }

  return {
    /** Nothing is left to do. */
    areDone: () => errands.every((errand) => errand.nextAtMs() === null),
    /** Something to be sent now that nobody had planned: a callback of the gateway. */
    deliver(command: Command): void {
      const errand = once(command, options.nowMs());
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
      return { close: () => Promise.resolve() };
    },
  };
}
