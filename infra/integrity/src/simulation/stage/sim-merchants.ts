import type { Random, SimHost, Simulation } from '@plumbline/runtime/simulation';
import type { MerchantKind, PlannedEndpoint } from '../plan/endpoints.ts';
import * as limits from '../limits.ts';
import type { NotificationParts } from './notification-parts.ts';

type WorkerOptions = Parameters<NotificationParts['openDeliveryWorker']>[0];
export type Outbound = WorkerOptions['outbound'];
type Request = Parameters<Outbound['post']>[0];
type Answer = Awaited<ReturnType<Outbound['post']>>;
export type Due = Parameters<WorkerOptions['report']>[0];

/** A request that came to a merchant: the truth that checkers compare with. */
export interface BookedDelivery {
  readonly endpointId: string;
  /** As `webhook-id` said it. */
  readonly id: string;
  /** Which one the sender meant it to be: for checkers, merchants are not told. */
  readonly attempt: number;
  readonly body: string;
  /** Virtual epoch ms. */
  readonly atMs: number;
  /** What was answered, and whether the answer came back. */
  readonly status: number;
  readonly isHeard: boolean;
  readonly retryAfterMs: number | null;
}

/** What a request showed to who had sent it, as far as that still lived. */
export interface Contact {
  /** Process and incarnation. */
  readonly sender: string;
  readonly endpointId: string;
  /** It answered, and not that it cannot. */
  readonly isThere: boolean;
  /** Virtual epoch ms. */
  readonly atMs: number;
}

/** How far a sender is with one attempt; kept when it dies. */
type Progress = 'before' | 'during' | 'after';

/** What one process reaches merchants by. */
export interface MerchantLine extends Outbound {
  /** It has taken up an attempt, and has not called yet. */
  prepares(due: Due): void;
  /** Its report is written. */
  reported(due: Due): void;
}

/** Outside of all processes: never down, and yet often not reached, or not heard. */
export interface SimMerchants {
  connect(host: SimHost): MerchantLine;
  readonly books: readonly BookedDelivery[];
  readonly contacts: readonly Contact[];
  /** From now on all take everything, and are heard. */
  heal(): void;
}

const timing = { dnsMs: null, connectMs: null, firstByteMs: null };
const failed = (code: string): Answer => ({ kind: 'failed', code, message: 'simulated', timing });

/** Names an attempt on the way; merchants would see a header that they do not know. */
export const attemptHeader = 'x-attempt';

const idOf = ({ notificationId, attempt }: Due): string => `${notificationId}#${attempt}`;

export function createSimMerchants(options: {
  readonly simulation: Simulation;
  readonly random: Random;
  readonly endpoints: readonly PlannedEndpoint[];
}): SimMerchants {
  const { simulation, random, endpoints } = options;
  const books: BookedDelivery[] = [];
  const contacts: Contact[] = [];
  const beganMs = simulation.nowMs();
  const counts = new Map<string, number>();
  /** By process, then incarnation: what it had begun. */
  const begun = new Map<string, { readonly life: number; readonly work: Map<string, Progress> }>();
  let isHealed = false;

  /** What its predecessor left behind was never reported by it. */
  function takeOver(host: SimHost): Map<string, Progress> {
    for (const progress of begun.get(host.name)?.work.values() ?? [])
      simulation.reached(endedAt[progress]);
    const work = new Map<string, Progress>();
    begun.set(host.name, { life: host.incarnationOfProcess, work });
    return work;
  }

  function drawsOf(name: string): Random {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return random.fork(`${name}/${count}`);
  }

  const isOver = ({ recoversAtMs }: PlannedEndpoint): boolean =>
    isHealed || (recoversAtMs !== null && simulation.nowMs() - beganMs >= recoversAtMs);

  /** Everything beyond the sender: it goes on whatever becomes of who sent it. */
  function travel(request: Request): Promise<Answer> {
    const id = request.headers['webhook-id'] ?? '';
    const attempt = Number(request.headers[attemptHeader]);
    const draws = drawsOf(`${request.url}/${id}/${attempt}`);
    const endpoint = endpoints.find(({ url }) => url === request.url);
    const fate = isHealed || draws.chance(0.72) ? 'heard' : draws.pick(fates);
    if (fate !== 'heard') simulation.reached(`a call to a merchant was ${fate}`);
    const thereMs = draws.between(1, 60);
    const { status, retryAfterMs } =
      endpoint === undefined || (isOver(endpoint) && endpoint.kind !== 'picky')
        ? taken
        : answerOf(endpoint.kind, endpoint.kind === 'picky' ? random.fork(`picky/${id}`) : draws);
    if (retryAfterMs !== null) simulation.reached('a merchant asked to be left alone');
    const backMs = draws.between(1, draws.chance(0.3) ? limits.slowMerchantMs : 60);
    const isTaken =
      fate === 'heard' || fate === 'lost after' || (fate === 'hung' && attempt % 2 === 0);
    return new Promise((resolve) => {
      const answer = (): Answer => {
        if (fate === 'hung') return failed('TIMED_OUT');
        if (fate !== 'heard') return failed('CONNECTION_LOST');
        const asks = retryAfterMs === null ? {} : { 'retry-after': `${retryAfterMs / 1_000}` };
        const body = Buffer.from('simulated');
        return { kind: 'answered', status, headers: asks, body, bodyTruncated: false, timing };
      };
      simulation.after(thereMs, () => {
        if (isTaken) {
          const isHeard = fate === 'heard';
          books.push({
            ...{
              endpointId: endpoint?.endpointId ?? '',
              id,
              attempt,
              status,
              isHeard,
              retryAfterMs,
            },
            ...{ body: request.body.toString('utf8'), atMs: simulation.nowMs() },
          });
        }
        const waitMs = fate === 'hung' ? request.deadlineMs - thereMs : backMs;
        simulation.after(waitMs, () => resolve(answer()));
      });
    });
  }

  return {
    connect(host) {
      const work = takeOver(host);
      return {
        prepares: (due) => void work.set(idOf(due), 'before'),
        reported: (due) => void work.delete(idOf(due)),
        async post(request) {
          const name = `${request.headers['webhook-id'] ?? ''}#${request.headers[attemptHeader] ?? ''}`;
          work.set(name, 'during');
          const answer = await travel(request);
          // Nothing of a process that died meanwhile ever runs again.
          await host.clock.sleep(0);
          work.set(name, 'after');
          contacts.push({
            ...{ sender: `${host.name}-${host.incarnationOfProcess}`, atMs: simulation.nowMs() },
            endpointId: endpoints.find(({ url }) => url === request.url)?.endpointId ?? '',
            isThere: isThere(answer),
          });
          return answer;
        },
      };
    },
    ...{ books, contacts },
    heal: () => {
      isHealed = true;
    },
  };
}

/** Whoever cannot answer now, or not so many, is as good as away. */
const isThere = (answer: Answer): boolean =>
  answer.kind === 'answered' &&
  answer.status < 500 &&
  answer.status !== 429 &&
  answer.status !== 408;

const fates = ['lost before', 'lost before', 'lost after', 'lost after', 'hung'] as const;
const taken = { status: 200, retryAfterMs: null };

const endedAt: Readonly<Record<Progress, string>> = {
  before: 'a process ended before it called a merchant',
  during: 'a process ended while it called a merchant',
  after: 'a process ended after a merchant had answered and before its report',
};

/** What a merchant of a kind answers while there are faults. */
function answerOf(
  kind: MerchantKind,
  draws: Random,
): Pick<BookedDelivery, 'status' | 'retryAfterMs'> {
  const often = (chance: number, status: number) =>
    draws.chance(chance) ? { status, retryAfterMs: null } : taken;
  switch (kind) {
    case 'steady':
      return often(0.1, 500);
    case 'wavering':
    case 'leaving':
      return often(0.25, 500);
    case 'in-order':
      return often(0.4, 302);
    case 'failing':
    case 'recovering':
      return { status: 500, retryAfterMs: null };
    case 'picky':
      return often(0.35, 422);
    case 'gone':
      return often(0.3, 410);
    case 'busy': {
      const retryAfterMs = draws.pick([1_000, 2_000, 5_000]);
      return draws.chance(0.6) ? { status: draws.pick([429, 503]), retryAfterMs } : taken;
    }
  }
}
