import { Unavailable } from '@plumbline/kafka';
import type { SimHost, Simulation } from '@plumbline/runtime/simulation';
import type { RelayAway } from '../plan/relay.ts';

/** The part that sends on what waits. */
export const relayPart = 'delays';

/** A process for what sends on, which is told to stop under way and comes back after its time. */
export function startRelay(of: {
  readonly simulation: Simulation;
  readonly away: RelayAway;
  begin(host: SimHost): Promise<{ close(): Promise<void> }>;
}): void {
  const { simulation, away } = of;
  const beganMs = simulation.nowMs();
  const isAway = (): boolean => {
    const sinceMs = simulation.nowMs() - beganMs;
    return sinceMs >= away.fromMs && sinceMs < away.toMs;
  };
  // Whatever else would start it meanwhile comes again later.
  const relay = simulation.process('relay', (host) =>
    isAway() ? Promise.reject(new Unavailable('nobody relays for now')) : of.begin(host),
  );
  relay.start();
  let down = Promise.resolve();
  simulation.after(away.fromMs, () => {
    simulation.reached('nobody relayed what was due');
    down = relay.stop();
  });
  simulation.after(away.toMs, () => void down.then(() => relay.start()));
}
