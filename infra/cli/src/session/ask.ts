import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { CommandOutcome } from '@plumbline/events';
import { createCommandGateway } from '@plumbline/http';
import type { Payload } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { outcomeWaitMs } from '../limits.ts';
import { CliFailure } from './failure.ts';
import type { Session } from './session.ts';

/** Who asks, as it stands in the log. */
export const operator = (): string => `operator:${userInfo().username}`;

/** What one command is about. */
export interface AskedCommand {
  /** Where the same may be asked again; a new one unless given. */
  readonly id?: string;
  /** Record key; a payment number leads to its payment by the slot inside it. */
  readonly key: string;
  readonly subject: string;
  readonly payload: Payload;
}

/** Where commands go, and who answers them. */
export interface AskedContext {
  readonly commandsTopic: string;
  readonly outcomesTopic: string;
  /** Whose task decides it, for the message when nobody does. */
  readonly decider: string;
}

export type Asked = AskedCommand & AskedContext;

/** Asks one context again and again; it must be closed. */
export interface Asker {
  /** The outcome, whatever it is. Errors: CliFailure when there is none in time. */
  ask(asked: AskedCommand): Promise<CommandOutcome>;
  close(): Promise<void>;
}

export async function openAsker(session: Session, context: AskedContext): Promise<Asker> {
  const { commandsTopic, outcomesTopic, decider } = context;
  const gateway = await createCommandGateway({
    ...{ log: await session.log(), codec: await session.codec(), logger: silentLogger },
    metrics: createMetrics({ service: 'plumbline-cli' }),
    source: '/plumbline/cli',
    ...{ commandsTopic, outcomesTopic, waitMs: outcomeWaitMs },
    partitions: session.config.PLUMBLINE_PARTITIONS,
  });
  return {
    ask: async ({ id = randomUUID(), key, subject, payload }) => {
      const executed = await gateway.execute({
        ...{ id, key, subject, payload },
        ...{ correlationId: randomUUID(), actor: operator() },
      });
      if (executed.kind === 'decided') return executed.outcome;
      throw new CliFailure(
        `written, and not decided within ${outcomeWaitMs} ms: is ${decider} running? ` +
          'It will be decided once; look at what it is about.',
      );
    },
    close: () => gateway.close(),
  };
}

/** A decision that changed something, or found it so. */
export const isDone = ({ status }: CommandOutcome): boolean =>
  status === 'ACCEPTED' || status === 'UNCHANGED';

/** Why it was not done, in a line. */
export const refusalOf = ({ status, code, message }: CommandOutcome): string =>
  `${status} ${code ?? ''}: ${message ?? 'no reason was given'}`;

/**
 * Writes one command and waits for its decision. Errors: CliFailure when it is refused, or not
 * decided in time; it is then in the log all the same, and decided once.
 */
export async function ask(session: Session, asked: Asked): Promise<CommandOutcome> {
  const asker = await openAsker(session, asked);
  try {
    const outcome = await asker.ask(asked);
    if (!isDone(outcome)) throw new CliFailure(refusalOf(outcome));
    return outcome;
  } finally {
    await asker.close();
  }
}
