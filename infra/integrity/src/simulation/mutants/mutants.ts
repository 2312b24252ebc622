import { alertMutants } from './alert-mutants.ts';
import { callbackMutants } from './callback-mutants.ts';
import { endingMutants } from './ending-mutants.ts';
import { incidentMutants } from './incident-mutants.ts';
import { lifeMutants } from './life-mutants.ts';
import { logMutants } from './log-mutants.ts';
import type { Mutant } from './mutant.ts';
import { notificationMutants } from './notification-mutants.ts';
import { operatorMutants } from './operator-mutants.ts';
import { receivingMutants } from './receiving-mutants.ts';
import { redriveMutants } from './redrive-mutants.ts';
import { remedyMutants } from './remedy-mutants.ts';
import { silenceMutants } from './silence-mutants.ts';
import { storeMutants } from './store-mutants.ts';
import { sweepMutants } from './sweep-mutants.ts';
import { topologyMutants } from './topology-mutants.ts';

/** Every planted bug. */
export const mutants: readonly Mutant[] = [
  ...logMutants,
  ...topologyMutants,
  ...storeMutants,
  ...notificationMutants,
  ...endingMutants,
  ...operatorMutants,
  ...alertMutants,
  ...lifeMutants,
  ...incidentMutants,
  ...silenceMutants,
  ...callbackMutants,
  ...redriveMutants,
  ...remedyMutants,
  ...receivingMutants,
  ...sweepMutants,
];

export const mutantNamed = (name: string): Mutant | null =>
  mutants.find((mutant) => mutant.name === name) ?? null;
