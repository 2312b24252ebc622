import type { AlertsEvent, Codec } from '@plumbline/events';
import { consistencyAlerts } from '@plumbline/consistency-alerts';
import { createMemoryLog } from '@plumbline/kafka';
import { replayTopology } from '@plumbline/runtime';
import type { Random } from '@plumbline/runtime/simulation';
import { createRandom } from '@plumbline/runtime/simulation';
import type { TestDriver } from '@plumbline/runtime/testing';
import { createTestDriver } from '@plumbline/runtime/testing';
import { quietMs } from './limits.ts';
import type { Said, Seen } from './run-world.ts';
import { alertTopic, codecOfRuns, recordOf, toldIn, topicNames } from './run-world.ts';
import type { TrueWorld } from './world.ts';

/**
 * Runs the same topology where time jumps: days pass between two events, inputs stall and come back,
 * and the task is thrown away and restored from its changelog. Nothing takes time, so that no lateness
 * can be seen here.
 */
export async function runLong(world: TrueWorld): Promise<Seen> {
  const { seed, beganMs } = world;
  const codec = await codecOfRuns();
  const random = createRandom(seed).fork('long');
  const driver = await createTestDriver(consistencyAlerts, { codec, startMs: beganMs });
  const said: Said[] = [];
  const listen = (): void => {
    for (const { key, payload } of driver.readOutput(alertTopic)) {
      // The topic carries nothing else, and the codec has checked it.
      said.push({ key, event: payload as AlertsEvent, atMs: null });
    }
  };
  const trouble = createTrouble(driver, random);
  for (const told of toldIn(world)) {
    trouble.between();
    driver.advanceWallClockTime(told.atMs - driver.nowMs());
    driver.pipeRaw(rawOf(recordOf(codec, told)));
    listen();
  }
  trouble.end();
  driver.advanceWallClockTime(world.untilMs + quietMs - driver.nowMs());
  listen();
  const untilMs = driver.nowMs();
  const again = await replayed(world, codec, untilMs);
  return { said, held: [], differences: differencesOf(said, again), virtualMs: untilMs - beganMs };
}

function rawOf({ topic, key, value, headers }: ReturnType<typeof recordOf>) {
  const bytes = Object.entries(headers).map(
    ([name, each]) => [name, typeof each === 'string' ? Buffer.from(each) : each] as const,
  );
  return { topic, key, value, headers: Object.fromEntries(bytes) };
}

/** Of a hundred records that come, before how many something happens. */
const stallsIn100 = 4;
const restartsIn100 = 4;

function createTrouble(driver: TestDriver, random: Random) {
  const inputs = consistencyAlerts.inputs.map(({ topic }) => topic);
  let stalled: string | null = null;
  let records = 0;

  function end(): void {
    if (stalled !== null) driver.release(stalled);
    stalled = null;
  }

  return {
    between(): void {
      if (stalled !== null) {
        records -= 1;
        if (records <= 0) end();
        return;
      }
      const draw = random.int(100);
      if (draw < restartsIn100) driver.restart();
      else if (draw < restartsIn100 + stallsIn100) {
        stalled = random.pick(inputs);
        records = 1 + random.int(30);
        driver.stall(stalled);
      }
    },
    end,
  };
}

/** The same log, written beforehand, from zero. */
async function replayed(
  world: TrueWorld,
  codec: Codec,
  untilMs: number,
): Promise<readonly AlertsEvent[]> {
  const clock = { ms: world.beganMs, nowMs: () => clock.ms };
  const log = createMemoryLog({
    clock,
    topics: topicNames.map((name) => ({ name, partitions: 1 })),
  });
  for (const told of toldIn(world)) {
    clock.ms = told.atMs;
    log.appendRaw({ ...recordOf(codec, told), partition: 0 });
  }
  clock.ms = untilMs;
  const again: AlertsEvent[] = [];
  await replayTopology({
    ...{ topology: consistencyAlerts, log, codec, partition: 0, partitions: 1, untilMs },
    onOutput: ({ topic, value }) => {
      if (topic === alertTopic) again.push(codec.decode(topic, value) as AlertsEvent);
    },
  });
  await log.close();
  return again;
}

function differencesOf(said: readonly Said[], again: readonly AlertsEvent[]): readonly string[] {
  const first = said.map(({ event }) => textOf(event));
  const second = again.map(textOf);
  const at = first.findIndex((text, index) => text !== second[index]);
  if (first.length === second.length && at < 0) return [];
  return [`${first.length} records and ${second.length} in a replay, the first other one at ${at}`];
}

const textOf = ({ type, data }: AlertsEvent): string =>
  `${type} ${'alertId' in data ? data.alertId : data.revision}`;
