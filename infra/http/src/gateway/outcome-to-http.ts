import type { CommandOutcome } from '@plumbline/events';
import type { Json } from '@plumbline/kernel';
import { unreachable } from '@plumbline/kernel';
import type { ErrorCodes } from '../errors.ts';
import { HttpProblem, problem } from '../errors.ts';
import type { RouteResponse } from '../route.ts';
import type { Executed } from './command-gateway.ts';

/** How a service tells its clients what became of a command. */
export interface OutcomeMapping {
  /** Accepted, or recognised as a repeat: what the decider's answer looks like in this contract. */
  decided(answer: Json, outcome: CommandOutcome): RouteResponse;
  /** Rejection code to status. A code that is missing is answered with 422. */
  readonly codes: ErrorCodes;
  /**
   * Durable and undecided. `retry`: 503 with Retry-After, for contracts whose calls are idempotent
   * and know no 202. `accepted`: 202 with a link to where the result will be.
   */
  readonly pending:
    | { readonly kind: 'retry'; readonly afterSeconds: number }
    | { readonly kind: 'accepted'; readonly location: string; readonly body?: unknown };
}

/** Throws an {@link HttpProblem} for whatever is not a success. */
export function outcomeToHttp(executed: Executed, mapping: OutcomeMapping): RouteResponse {
  if (executed.kind === 'pending') return pending(mapping);
  const { answer, outcome } = decidedBy(executed.outcome, mapping.codes);
  return mapping.decided(answer, outcome);
}

/** A decision that was no refusal. */
export interface Decided {
  readonly answer: Json;
  readonly outcome: CommandOutcome;
}

/**
 * The decision itself, for routes that have more to do before they answer. Throws an
 * {@link HttpProblem} for a refusal, and 503 for what is durable and undecided.
 */
export function decisionOf(
  executed: Executed,
  mapping: { readonly codes: ErrorCodes; readonly retryAfterSeconds: number },
): Decided {
  if (executed.kind === 'decided') return decidedBy(executed.outcome, mapping.codes);
  throw retryLater(mapping.retryAfterSeconds);
}

function decidedBy(outcome: CommandOutcome, codes: ErrorCodes): Decided {
  switch (outcome.status) {
    case 'ACCEPTED':
    case 'UNCHANGED':
      return { answer: jsonOf(outcome.answer), outcome };
    case 'REJECTED':
      throw rejection(outcome, codes);
    case 'DEAD_LETTERED':
      throw problem('COMMAND_NOT_PROCESSED');
    case 'UNKNOWN':
      // Written by a newer version in a word this one does not know: repeating is safe.
      throw problem('OUTCOME_UNKNOWN', undefined, { headers: { 'Retry-After': '1' } });
    default:
      return unreachable(outcome.status);
  }
}

function rejection(outcome: CommandOutcome, codes: ErrorCodes): HttpProblem {
  const code = outcome.code ?? 'COMMAND_REJECTED';
  const known = Object.hasOwn(codes, code) ? codes[code] : undefined;
  const details = jsonOf(outcome.details);
  return new HttpProblem({
    status: known?.status ?? 422,
    code,
    message: outcome.message ?? known?.description ?? 'the command was rejected',
    ...(isRecord(details) && { details }),
  });
}

function pending({ pending: how }: OutcomeMapping): RouteResponse {
  if (how.kind === 'retry') throw retryLater(how.afterSeconds);
  const body = how.body ?? { status: 'pending', location: how.location };
  return { status: 202, body, headers: { Location: how.location } };
}

const retryLater = (seconds: number): HttpProblem =>
  problem('OUTCOME_PENDING', undefined, { headers: { 'Retry-After': String(seconds) } });

const jsonOf = (text: string | null): Json => (text === null ? null : (JSON.parse(text) as Json));

const isRecord = (value: Json): value is { readonly [k: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
