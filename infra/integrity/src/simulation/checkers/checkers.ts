import type { Violation } from '../../checks/violation.ts';
import type { History } from '../history/history.ts';
import { alertsChecker } from './alerts.ts';
import { causesChecker } from './causes.ts';
import { attemptsChecker } from './attempts.ts';
import { callbacksChecker } from './callbacks.ts';
import type { Checker } from './checker.ts';
import { capped } from './checker.ts';
import { commerceChecker } from './commerce.ts';
import { readModelsChecker, replayChecker } from './derived.ts';
import { gatewayChecker } from './gateway.ts';
import { healthChecker } from './health.ts';
import { chainsChecker, moneyChecker, transitionsChecker } from './histories.ts';
import { incidentsChecker } from './incidents.ts';
import { livesChecker } from './lives.ts';
import { operatorsChecker } from './operators.ts';
import { effectsChecker, outcomesChecker, refusalsChecker } from './outcomes.ts';
import { committedReadsChecker, lagChecker, nothingSkippedChecker } from './reads.ts';
import { notificationsChecker } from './notifications.ts';
import { receivedChecker } from './received.ts';
import { receivingChecker } from './receiving.ts';
import { overdueChecker } from './overdue.ts';
import { redrivesChecker } from './redrives.ts';
import { relaysChecker } from './relays.ts';
import { remediesChecker } from './remedies.ts';
import { resultsChecker } from './results.ts';
import { silenceChecker } from './silence.ts';
import { stateChecker } from './state.ts';
import { transactionsChecker } from './transactions.ts';

/** Every checker, in the order in which their findings are printed. */
export const checkers: readonly Checker[] = [
  outcomesChecker,
  causesChecker,
  effectsChecker,
  readModelsChecker,
  chainsChecker,
  transitionsChecker,
  committedReadsChecker,
  moneyChecker,
  gatewayChecker,
  commerceChecker,
  remediesChecker,
  transactionsChecker,
  callbacksChecker,
  receivingChecker,
  receivedChecker,
  resultsChecker,
  notificationsChecker,
  attemptsChecker,
  relaysChecker,
  overdueChecker,
  operatorsChecker,
  healthChecker,
  alertsChecker,
  livesChecker,
  incidentsChecker,
  silenceChecker,
  nothingSkippedChecker,
  redrivesChecker,
  lagChecker,
  refusalsChecker,
  stateChecker,
  replayChecker,
];

export interface Finding extends Violation {
  readonly checker: string;
}

/** Asks every checker; one that cannot work on a history has found something too. */
export async function checkHistory(history: History): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const checker of checkers) {
    try {
      const violations = await checker.check(history);
      found.push(...capped(violations).map((each) => ({ ...each, checker: checker.name })));
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      found.push({ checker: checker.name, invariant: 'state', what: `the checker broke: ${what}` });
    }
  }
  return found;
}
