import { randomUUID } from 'node:crypto';
import type { ActivateRules, Codec, CommandOutcome } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { CommandGateway, Executed } from '@plumbline/http';
import { createCommandGateway } from '@plumbline/http';
import type { Log } from '@plumbline/kafka';
import { broadcastKeys } from '@plumbline/kernel';
import { createMetrics, silentLogger } from '@plumbline/observability';

export interface ActivateRulesOptions {
  readonly log: Log;
  readonly codec: Codec;
  readonly data: ActivateRules;
  readonly partitions: number;
  readonly tenant: string;
  /** `operator:<subject>` */
  readonly actor: string;
  /** `/plumbline/<process>` */
  readonly source: string;
  /** How long a task may take to answer, ms. */
  readonly waitMs: number;
}

/** What became of the command on one partition. */
export interface RuleActivation {
  readonly partition: number;
  readonly key: string;
  readonly commandId: string;
  readonly status: CommandOutcome['status'] | 'PENDING' | 'NOT_WRITTEN_FOR_CERTAIN';
  readonly message: string | null;
}

/**
 * Sets rules by a command to every task, and waits for their answers, by partition number. A task
 * takes its inputs in the order of broker time: once it has answered, it has judged every order and
 * payment event that was in the log before.
 */
export async function activateRules(
  options: ActivateRulesOptions,
): Promise<readonly RuleActivation[]> {
  const { log, codec, partitions, source, waitMs } = options;
  const gateway = await createCommandGateway({
    ...{ log, codec, partitions, source, waitMs, logger: silentLogger },
    metrics: createMetrics({ service: 'activate-rules', processMetrics: false }),
    commandsTopic: topics.alertsCommands.name,
    outcomesTopic: topics.alertsOutcomes.name,
  });
  try {
    return await broadcast(gateway, options);
  } finally {
    await gateway.close();
  }
}

async function broadcast(
  gateway: CommandGateway,
  { data, partitions, tenant, actor, waitMs }: ActivateRulesOptions,
): Promise<readonly RuleActivation[]> {
  const correlationId = randomUUID();
  const payload = { type: 'ActivateRules', data };
  return Promise.all(
    broadcastKeys({ partitions, tenant, name: 'rules' }).map(async (key, partition) => {
      const id = randomUUID();
      const place = { partition, key, commandId: id };
      const command = { id, key, partition, payload, subject: 'rules', correlationId, actor };
      try {
        return { ...place, ...statusOf(await gateway.execute(command), waitMs) };
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { ...place, status: 'NOT_WRITTEN_FOR_CERTAIN', message };
      }
    }),
  );
}

function statusOf(executed: Executed, waitMs: number): Pick<RuleActivation, 'status' | 'message'> {
  if (executed.kind === 'decided') {
    const { status, message } = executed.outcome;
    return { status, message };
  }
  const message = `written, and not decided within ${waitMs} ms: is consistency-alerts running?`;
  return { status: 'PENDING', message };
}
