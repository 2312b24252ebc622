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

export interface Asked {
  readonly commandsTopic: string;
  readonly outcomesTopic: string;
  /** Record key; a payment number leads to its payment by the slot inside it. */
  readonly key: string;
  readonly subject: string;
  readonly payload: Payload;
  /** Whose task decides it, for the message when nobody does. */
  readonly decider: string;
}

/**
 * Writes one command and waits for its decision. Errors: CliFailure when it is refused, or not
 * decided in time; it is then in the log all the same, and decided once.
 */
export async function ask(session: Session, asked: Asked): Promise<CommandOutcome> {
  const { commandsTopic, outcomesTopic, key, subject, payload, decider } = asked;
  const gateway = await createCommandGateway({
    ...{ log: await session.log(), codec: await session.codec(), logger: silentLogger },
    metrics: createMetrics({ service: 'plumbline-cli' }),
    source: '/plumbline/cli',
    ...{ commandsTopic, outcomesTopic, waitMs: outcomeWaitMs },
    partitions: session.config.PLUMBLINE_PARTITIONS,
  });
  try {
    const executed = await gateway.execute({
      ...{ id: randomUUID(), key, subject, payload },
      ...{ correlationId: randomUUID(), actor: operator() },
    });
    if (executed.kind === 'pending')
      throw new CliFailure(
        `written, and not decided within ${outcomeWaitMs} ms: is ${decider} running? ` +
          'It will be decided once; look at what it is about.',
      );
    const { status, code, message } = executed.outcome;
    if (status !== 'ACCEPTED' && status !== 'UNCHANGED')
      throw new CliFailure(`${status} ${code ?? ''}: ${message ?? 'no reason was given'}`);
    return executed.outcome;
  } finally {
    await gateway.close();
  }
}
