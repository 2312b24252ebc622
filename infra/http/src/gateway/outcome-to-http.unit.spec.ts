import type { CommandOutcome } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { defineErrorCodes, HttpProblem, ok } from '../errors.ts';
import { problemOfError } from '../problem-of-error.ts';
import { Overloaded, WriteFailed, WriteUnknown } from './errors.ts';
import type { OutcomeMapping } from './outcome-to-http.ts';
import { outcomeToHttp } from './outcome-to-http.ts';

const codes = defineErrorCodes({
  PAYMENT_PARAMETERS_DIFFER: { status: 409, description: 'The order has another payment.' },
});
const mapping: OutcomeMapping = {
  decided: (answer) => ({ status: 200, body: ok(answer) }),
  codes,
  pending: { kind: 'retry', afterSeconds: 2 },
};
const outcome: CommandOutcome = {
  commandId: 'c',
  commandType: 'CreatePayment',
  fingerprint: '',
  status: 'ACCEPTED',
  code: null,
  message: null,
  details: null,
  events: [],
  aggregateVersion: 1n,
  answer: '{"status":"INIT"}',
  commandPartition: 0,
  commandOffset: 0n,
  commandIncarnation: 'i',
};
const decided = (change: Partial<CommandOutcome>) => ({
  kind: 'decided' as const,
  outcome: { ...outcome, ...change },
});

function problemOf(run: () => unknown): HttpProblem {
  try {
    run();
  } catch (error) {
    if (error instanceof HttpProblem) return error;
    throw error;
  }
  throw new Error('it was a success');
}

describe('outcomeToHttp', () => {
  it.each(['ACCEPTED', 'UNCHANGED'] as const)('shows the answer of %s', (status) => {
    expect(outcomeToHttp(decided({ status }), mapping)).toEqual({
      status: 200,
      body: { code: '00000', message: 'success', data: { status: 'INIT' } },
    });
  });

  it('maps a rejection by its code, with its message and details', () => {
    const executed = decided({
      status: 'REJECTED',
      code: 'PAYMENT_PARAMETERS_DIFFER',
      message: 'the amount differs',
      details: '{"payNo":"PAY1"}',
    });
    expect(problemOf(() => outcomeToHttp(executed, mapping))).toMatchObject({
      status: 409,
      code: 'PAYMENT_PARAMETERS_DIFFER',
      message: 'the amount differs',
      details: { payNo: 'PAY1' },
    });
  });

  it('answers 422 to a code that this version does not know, inherited names included', () => {
    for (const code of ['NEWER_CODE', 'constructor']) {
      const found = problemOf(() => outcomeToHttp(decided({ status: 'REJECTED', code }), mapping));
      expect(found).toMatchObject({ status: 422, code });
    }
  });

  it('says that a dead-lettered command was not processed', () => {
    const executed = decided({ status: 'DEAD_LETTERED' });
    expect(problemOf(() => outcomeToHttp(executed, mapping)).code).toBe('COMMAND_NOT_PROCESSED');
    const newer = decided({ status: 'UNKNOWN' });
    expect(problemOf(() => outcomeToHttp(newer, mapping)).code).toBe('OUTCOME_UNKNOWN');
  });

  it('asks for a repeat or gives a link while the outcome is pending', () => {
    const retry = problemOf(() => outcomeToHttp({ kind: 'pending' }, mapping));
    expect(retry).toMatchObject({
      status: 503,
      code: 'OUTCOME_PENDING',
      headers: { 'Retry-After': '2' },
    });
    const linked = outcomeToHttp(
      { kind: 'pending' },
      { ...mapping, pending: { kind: 'accepted', location: '/orders/1' } },
    );
    expect(linked).toEqual({
      status: 202,
      body: { status: 'pending', location: '/orders/1' },
      headers: { Location: '/orders/1' },
    });
  });
});

it.each([
  [new Overloaded('x'), 'OVERLOADED'],
  [new WriteUnknown('x'), 'OUTCOME_UNKNOWN'],
  [new WriteFailed('x'), 'DEPENDENCY_DOWN'],
])('answers %s with 503 %s and Retry-After', (error, code) => {
  expect(problemOfError(error)).toMatchObject({
    status: 503,
    code,
    headers: { 'Retry-After': '1' },
    cause: error,
  });
});
