import type { ActivateRules } from '@plumbline/events';
import { topics } from '@plumbline/events';
import type { ChainLink, InputRecord, ProcessorContext } from '@plumbline/runtime';
import { emitChained, emitOutcome, fingerprintOf, firstLink } from '@plumbline/runtime';
import type { ActiveParameters } from '../rules/parameters.ts';
import { activate, asSaid } from '../rules/parameters.ts';
import { chainsStore, parametersKey, parametersOf, parametersStore } from '../stores.ts';

/** Sets the rules of one task, once by the id of the command. */
export function onActivation(
  input: InputRecord,
  wanted: ActivateRules,
  context: ProcessorContext,
): void {
  const store = context.store<ActiveParameters>(parametersStore);
  const before = parametersOf(context);
  const { id, correlationId, traceparent, actor } = input.envelope;
  const repeated = before.recent.includes(id);
  const result = repeated ? before : activate(before, wanted, id);
  const answer = {
    commandId: id,
    commandType: input.envelope.type,
    fingerprint: fingerprintOf(input),
    ...{ code: null, message: null, details: null, answer: null },
    events: [],
  };
  const outcome = (rest: Partial<Parameters<typeof emitOutcome>[0]['outcome']>) =>
    emitOutcome({
      topic: topics.alertsOutcomes.name,
      input,
      context,
      outcome: { ...answer, status: 'UNCHANGED', aggregateVersion: before.revision, ...rest },
    });
  if (repeated) {
    outcome({});
    return;
  }
  if ('code' in result) {
    const details = JSON.stringify(result.details ?? {});
    outcome({ status: 'REJECTED', code: result.code, message: result.message, details });
    return;
  }
  const chains = context.store<ChainLink>(chainsStore);
  const { link, eventId } = emitChained({
    ...{ context, topic: topics.alertsEvents.name, key: input.key, subject: 'rules' },
    payload: {
      type: 'RulesActivated',
      data: {
        revision: result.revision,
        rules: result.rules.map(asSaid),
        reason: wanted.reason,
        activatedAt: context.nowMs,
      },
    },
    after: chains.get(input.key) ?? firstLink,
    cause: { id, correlationId, traceparent, actor },
  });
  chains.set(input.key, link);
  store.set(parametersKey, result);
  const event = { eventId, type: 'RulesActivated', aggregateVersion: link.version };
  outcome({ status: 'ACCEPTED', events: [event], aggregateVersion: link.version });
}
