import type { Clock } from '@plumbline/kafka';
import type { Logger } from '@plumbline/observability';
import type { DeliveryWorkerOptions, HealthChange } from './port.ts';
import { repeated } from './repeat.ts';

export interface HealthSpeaker {
  /** Says it until it is heard, or until there is something newer to say. */
  tell(laneKey: string, change: HealthChange): void;
  /** Resolves when everything is said. */
  idle(): Promise<void>;
}

/** What has become of endpoints: of each the newest only, and one word at a time. */
export function createHealthSpeaker(options: {
  readonly health: DeliveryWorkerOptions['health'];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stopping: AbortSignal;
}): HealthSpeaker {
  const { health, clock, logger, stopping } = options;
  const unsaid = new Map<string, HealthChange>();
  const speaking = new Map<string, Promise<void>>();

  async function speak(laneKey: string): Promise<void> {
    for (let next = unsaid.get(laneKey); next !== undefined; next = unsaid.get(laneKey)) {
      const change = next;
      unsaid.delete(laneKey);
      await repeated(() => health(laneKey, change), {
        ...{ clock, stopping, isWanted: () => !unsaid.has(laneKey) },
        onError: (error) =>
          logger.warn('what became of an endpoint is not heard', { laneKey, error }),
      });
    }
    speaking.delete(laneKey);
  }

  return {
    tell(laneKey, change) {
      unsaid.set(laneKey, change);
      if (!speaking.has(laneKey)) speaking.set(laneKey, speak(laneKey));
    },
    async idle() {
      while (speaking.size > 0) await Promise.all(speaking.values());
    },
  };
}
