import type { LaneSettings } from '../../lanes/lane-settings.ts';
import { reservedOf } from '../../lanes/lane.ts';
import { laneLimits } from '../../lanes/limits.ts';
import type { AttemptResult, DueDelivery, OutboundAnswer } from '../port.ts';
import type { Observer, Seen } from './delivery-world.ts';

/** What a process knows of an endpoint's health, said once more and more simply. */
interface Health {
  failures: number;
  openUntilMs: number | null;
  openedAtMs: number;
  probe: Seen | null;
}

export interface Rules extends Observer {
  /** What was found wrong, in the order in which it happened. */
  readonly broken: string[];
  began(seen: Seen): void;
  ended(seen: Seen, answer: OutboundAnswer | null): void;
  reported(due: DueDelivery, result: AttemptResult, process: number): void;
  /** Nobody has to remember its reports any more: the entry is gone, or its task. */
  forget(notificationId: string): void;
  /** Attempts that were due and never reported. */
  missing(all: Iterable<string>): readonly string[];
}

const idOf = ({ notificationId, attempt }: DueDelivery): string => `${notificationId}#${attempt}`;

/**
 * The rules of deliveries, as an onlooker checks them who sees the endpoints and the reports only:
 * how many at once, for whom the reserve is, who is left alone, and that nothing is sent twice.
 */
export function createRules(of: {
  readonly settingsOf: (laneKey: string) => LaneSettings | null;
  readonly underWayMax: number;
  readonly nowMs: () => number;
}): Rules {
  const { nowMs } = of;
  const broken: string[] = [];
  const underWay = new Set<Seen>();
  /** By notification: attempt and process. */
  const reportedBy = new Map<string, Set<string>>();
  const everReported = new Set<string>();
  const healths = new Map<string, Health>();

  function say(what: string, { due, process, atMs }: Seen): void {
    broken.push(`${what}: ${idOf(due)} to ${due.laneKey} by ${process} at ${atMs}`);
  }

  function healthOf({ process, due }: Seen): Health {
    const key = `${process} ${due.laneKey}`;
    const known = healths.get(key) ?? {
      ...{ failures: 0, openUntilMs: null, openedAtMs: -1, probe: null },
    };
    healths.set(key, known);
    return known;
  }

  function checkHealth(seen: Seen): void {
    const health = healthOf(seen);
    // What begins at the moment of the last failure did not know of it.
    if (health.openUntilMs === null || health.openedAtMs === nowMs()) return;
    if (nowMs() < health.openUntilMs) say('not left alone', seen);
    if (health.probe !== null) say('a second probe', seen);
    health.probe = seen;
  }

  function checkRoom(seen: Seen): void {
    const settings = of.settingsOf(seen.due.laneKey);
    const cap = settings?.concurrencyMax ?? laneLimits.concurrencyMax;
    const beside = [...underWay].filter(
      ({ due, process }) => due.laneKey === seen.due.laneKey && process === seen.process,
    );
    if (beside.length >= cap) say('more than the lane may', seen);
    const isProbe = healthOf(seen).probe === seen;
    const retries = beside.filter(({ due }) => !due.isFirst).length;
    const reserve = isProbe ? 0 : reservedOf(cap);
    if (!seen.due.isFirst && retries >= cap - reserve) say('a retry in the reserve', seen);
    const ofProcess = [...underWay].filter(({ process }) => process === seen.process);
    if (ofProcess.length >= of.underWayMax) say('more than the process may', seen);
    if (settings !== null && settings.status !== 'ACTIVE') say('sent while paused', seen);
  }

  function endHealth(seen: Seen, answer: OutboundAnswer): void {
    const health = healthOf(seen);
    const isAway = isAwayBy(answer);
    if (health.openUntilMs !== null) {
      // What began before says nothing.
      if (health.probe !== seen) return;
      health.probe = null;
      health.failures = 0;
      health.openUntilMs = isAway ? nowMs() + laneLimits.breakerPauseMs : null;
      return;
    }
    if (seen.atMs <= health.openedAtMs) return;
    health.failures = isAway ? health.failures + 1 : 0;
    if (health.failures < laneLimits.failuresMax) return;
    health.openedAtMs = nowMs();
    health.openUntilMs = nowMs() + laneLimits.breakerPauseMs;
  }

  return {
    broken,
    began(seen) {
      const twin = [...underWay].some(
        ({ due, process }) => process === seen.process && idOf(due) === idOf(seen.due),
      );
      if (twin) say('twice at once', seen);
      const reports = reportedBy.get(seen.due.notificationId);
      if (reports?.has(`${seen.due.attempt} ${seen.process}`) === true)
        say('sent after its report', seen);
      checkHealth(seen);
      checkRoom(seen);
      underWay.add(seen);
    },
    ended(seen, answer) {
      underWay.delete(seen);
      if (answer !== null) endHealth(seen, answer);
    },
    reported(due, _result, process) {
      everReported.add(idOf(due));
      const by = reportedBy.get(due.notificationId) ?? new Set();
      reportedBy.set(due.notificationId, by.add(`${due.attempt} ${process}`));
    },
    forget: (notificationId) => void reportedBy.delete(notificationId),
    missing: (all) => [...all].filter((id) => !everReported.has(id)),
  };
}

function isAwayBy(answer: OutboundAnswer): boolean {
  if (answer.kind === 'failed') return true;
  return answer.status >= 500 || answer.status === 429;
}
