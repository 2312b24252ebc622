import { setTimeout as sleep } from 'node:timers/promises';
import type { PartName, ProcessName } from '@plumbline/local';
import { mend } from '../faults/mend.ts';
import { stepKills } from '../faults/steps.ts';
import { forgetAll } from '../faults/forget-all.ts';
import { gatewayTopologies, stormGroup, topologies } from '../faults/storm.ts';
import type { World } from '../world/world.ts';
import { gatewaysOf, partitions } from '../world/world.ts';
import { frozenMs, occurrence, outageMs, stepWithinMs, stormMs } from './limits.ts';
import type { Random } from './random.ts';

/** Something that is going to be broken, drawn before anything happens. */
export interface Fault {
  readonly kind: string;
  /** No two faults at once have the same. */
  readonly target: string;
  /** What exactly, for the progress. */
  readonly what: string;
  /** Breaks and mends; resolves with the number of kills, when the mending is under way. */
  run(world: World, signal: AbortSignal): Promise<number>;
}

const twice: readonly ProcessName[] = ['orders', 'payments', 'checkout', 'consistency-alerts'];
const processNames: readonly ProcessName[] = [...twice, 'queries', 'alert-desk'];

/** An instance of a process: `orders 2`. */
function drawInstance(random: Random) {
  const name = random.pick(processNames);
  const instance = twice.includes(name) ? random.whole(0, 1) : 0;
  const of = (world: World) => world.platforms[instance] ?? world.platform;
  return { name, of, what: `${name} ${instance + 1}` };
}

function kill(random: Random): Fault {
  const { name, of, what } = drawInstance(random);
  return {
    ...{ kind: 'kill', target: name, what: `kill ${what}` },
    run: (world) => {
      of(world).kill(name, 'SIGKILL');
      return Promise.resolve(1);
    },
  };
}

function killAtStep(random: Random): Fault {
  const planned = random.pick(stepKills);
  const at = random.whole(occurrence.min, occurrence.max);
  return {
    ...{ kind: 'kill at step', target: planned.name },
    what: `kill ${planned.name} at ${planned.of} ${planned.step}`,
    async run({ kills }, signal) {
      const armed = await kills.arm(planned.name, { ...planned, at });
      const deadline = performance.now() + stepWithinMs;
      while (!armed.isDone() && performance.now() < deadline && !signal.aborted) await sleep(200);
      return armed.isDone() ? 1 : 0;
    },
  };
}

function freeze(random: Random): Fault {
  const { name, of, what } = drawInstance(random);
  const forMs = random.whole(frozenMs.min, frozenMs.max);
  return {
    ...{ kind: 'freeze', target: name, what: `freeze ${what} for ${forMs} ms` },
    async run(world) {
      of(world).kill(name, 'SIGSTOP');
      await sleep(forMs);
      of(world).kill(name, 'SIGCONT');
      return 0;
    },
  };
}

function handOver(random: Random): Fault {
  const { name, of, what } = drawInstance(random);
  return {
    ...{ kind: 'hand-over', target: name, what: `restart ${what}` },
    async run(world) {
      // Not ready in time is no matter here: whether work goes on is seen afterwards.
      await of(world)
        .restart(name)
        .catch(() => undefined);
      return 0;
    },
  };
}

function storm(random: Random): Fault {
  const topology = random.pick([...topologies, ...gatewayTopologies]);
  const forMs = random.whole(stormMs.min, stormMs.max);
  return {
    ...{ kind: 'storm', target: topology.name, what: `storm ${topology.name} for ${forMs} ms` },
    async run({ log }) {
      // The broker may be away at the same time.
      const storming = stormGroup({ log, topology, partitions, everyMs: 1_000, forMs });
      await storming.catch(() => undefined);
      return 0;
    },
  };
}

const killServer =
  (part: PartName) =>
  (random: Random): Fault => {
    const forMs = random.whole(outageMs.min, outageMs.max);
    return {
      ...{ kind: `kill ${part}`, target: part, what: `kill ${part} for ${forMs} ms` },
      async run({ stack }) {
        stack.killPart(part, 'SIGKILL');
        // A broker is long enough away while it starts.
        if (part !== 'kafka') await sleep(forMs);
        await mend(stack, part);
        return 1;
      },
    };
  };

function freezeBroker(random: Random): Fault {
  const forMs = random.whole(outageMs.min, outageMs.max);
  return {
    ...{ kind: 'freeze kafka', target: 'kafka', what: `freeze kafka for ${forMs} ms` },
    async run({ stack }) {
      stack.killPart('kafka', 'SIGSTOP');
      await sleep(forMs);
      stack.killPart('kafka', 'SIGCONT');
      return 0;
    },
  };
}

/** The gateways forget nothing: their books are on the disk before they say a word. */
function killGateways(): Fault {
  return {
    ...{ kind: 'kill gateways', target: 'gateways', what: 'kill the gateways' },
    run(world) {
      gatewaysOf(world).platform.kill('gateway-simulator', 'SIGKILL');
      return Promise.resolve(1);
    },
  };
}

function flushRedis(): Fault {
  return {
    ...{ kind: 'flush redis', target: 'redis', what: 'flush redis' },
    async run({ stack }) {
      await forgetAll(stack);
      return 0;
    },
  };
}

/** As often as they stand here. */
const draws: readonly ((random: Random) => Fault)[] = [
  ...[killAtStep, killAtStep, killAtStep, killAtStep],
  ...[kill, kill, kill, freeze, freeze, handOver, storm],
  ...[killServer('kafka'), freezeBroker, killServer('postgres'), killServer('registry')],
  ...[killGateways, killServer('redis'), flushRedis],
];

/** Up to so many faults, each of another target. */
export function drawFaults(random: Random, atMost: number): readonly Fault[] {
  const faults = new Map<string, Fault>();
  const wanted = random.whole(1, atMost);
  for (let i = 0; i < wanted; i += 1) {
    const fault = random.pick(draws)(random);
    faults.set(fault.target, fault);
  }
  return [...faults.values()];
}
