import { channel } from 'node:diagnostics_channel';

/**
 * A named moment in the life of a process at which a fault is worth trying: between two of them
 * something outside has changed, or memory and the world differ. Nobody listens in production; the
 * integrity suite subscribes from a preloaded module and kills the process there.
 */
export interface Step {
  /** `task`, `transaction`, `projection`, …: which machine is at a step. */
  readonly of: string;
  /** `<topology>-<partition>`, a transactional id, a schema. */
  readonly who: string;
  readonly step: string;
}

export const stepChannel = 'plumbline.step';

const steps = channel(stepChannel);

/** Tells subscribers of `diagnostics_channel`; costs one property read when there are none. */
export function atStep(of: string, who: string, step: string): void {
  if (steps.hasSubscribers) steps.publish({ of, who, step } satisfies Step);
}
