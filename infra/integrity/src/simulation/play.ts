import type { Behind, History } from './history/history.ts';
import { readHistory } from './history/read-history.ts';
import * as limits from './limits.ts';
import { activeFaults } from './plan/run-plan.ts';
import { behindNow } from './stage/behind.ts';
import type { Stage } from './stage/open-stage.ts';

/** Storm, heal, settle, drain: what is not done within the bounds is behind. */
export async function playToTheEnd(stage: Stage): Promise<History> {
  const { simulation, plan } = stage;
  const wait = (ms: number): Promise<void> =>
    simulation.run({ untilMs: simulation.nowMs() + ms, limitMs: ms + 1_000 });
  await wait(plan.stormMs);
  simulation.heal();
  stage.gateway.heal();
  stage.merchants.heal();
  const healedMs = simulation.nowMs();
  await wait(limits.settleMs);
  await drain(stage, healedMs + limits.settleMs + limits.drainMaxMs, wait);
  await gatewayEnds(stage, simulation.nowMs() + limits.gatewayEndsMaxMs, wait);
  // What came while everything drained has its grace too.
  await wait(limits.graceMaxMs + limits.quietMs);
  await deliveriesEnd(stage, simulation.nowMs() + limits.deliveredMaxMs, wait);
  const behind = await drain(stage, simulation.nowMs() + limits.drainMaxMs, wait);
  const endedMs = simulation.nowMs();
  await wait(limits.quietMs);
  // Who asks for ever may be asking at this moment: between two times everybody has taken all in.
  for (let look = 0; look < limits.lastLooksMax && behindNow(stage).length > 0; look += 1)
    await wait(limits.lastLookMs);
  const calm = activeFaults(plan).length === 0;
  return readHistory(stage, { healedMs, endedMs, calm }, behind);
}

/** Until every payment that is led at the gateway has come to its end, every refund and checkout. */
async function gatewayEnds(
  stage: Stage,
  untilMs: number,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  while (stage.underWay() > 0 && stage.simulation.nowMs() < untilMs) await wait(limits.drainStepMs);
}

/** Until every notification has come to its end that can. */
async function deliveriesEnd(
  stage: Stage,
  untilMs: number,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  while (stage.undelivered() > 0 && stage.simulation.nowMs() < untilMs) {
    await wait(limits.drainStepMs);
  }
}

async function drain(
  stage: Stage,
  untilMs: number,
  wait: (ms: number) => Promise<void>,
): Promise<readonly Behind[]> {
  for (;;) {
    const behind = stage.clientsAreDone() ? behindNow(stage) : [clientsBehind];
    if (behind.length === 0 || stage.simulation.nowMs() >= untilMs) return behind;
    await wait(limits.drainStepMs);
  }
}

const clientsBehind: Behind = {
  ...{ who: 'clients', topic: 'stories', partition: 0, from: 0n, to: 1n },
};
