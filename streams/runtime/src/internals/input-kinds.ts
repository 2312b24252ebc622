import { invariant, unreachable } from '@plumbline/kernel';
import type { Topology, TopologyInput } from '../topology.ts';

/** Where it is told what became of each record; null where nobody is told. */
export function outcomesOf(input: TopologyInput): string | null {
  switch (input.kind) {
    case 'commands':
    case 'redrives':
      return input.outcomes;
    case 'events':
    case 'delays':
      return null;
    default:
      return unreachable(input);
  }
}

/** Topics on which a topology answers. */
export const allOutcomesOf = ({ inputs }: Pick<Topology, 'inputs'>): readonly string[] =>
  inputs.flatMap((input) => outcomesOf(input) ?? []);

/** Whether later records of a key wait behind one that cannot be processed. */
export function isParking(input: TopologyInput): boolean {
  switch (input.kind) {
    case 'events':
      return true;
    case 'commands':
    case 'delays':
    case 'redrives':
      return false;
    default:
      return unreachable(input);
  }
}

/** How long records of an input wait, ms; null where they do not. */
export function delayOf(input: TopologyInput): number | null {
  switch (input.kind) {
    case 'delays':
      return input.delayMs;
    case 'commands':
    case 'events':
    case 'redrives':
      return null;
    default:
      return unreachable(input);
  }
}

export const hasDelays = ({ inputs }: Pick<Topology, 'inputs'>): boolean =>
  inputs.some((input) => delayOf(input) !== null);

/**
 * A record that waits has no place in an order by time: its input would hold back all others for as
 * long as it waits. Errors: InvariantViolation, which no repetition mends.
 */
export function refuseUnsoundInputs(
  topology: Pick<Topology, 'name' | 'ordering' | 'inputs'>,
): void {
  const { name, ordering, inputs } = topology;
  for (const input of inputs) {
    const delayMs = delayOf(input);
    if (delayMs === null) continue;
    invariant(
      ordering === 'arrival',
      `${name} reads ${input.topic} with a delay, and so must take its records in the order of ` +
        "arrival: set its ordering to 'arrival'",
    );
    invariant(
      Number.isSafeInteger(delayMs) && delayMs > 0,
      `${name} reads ${input.topic} with a delay of ${delayMs} ms, which is no whole number above 0`,
    );
  }
}
