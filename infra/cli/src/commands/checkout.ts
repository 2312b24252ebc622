import { randomUUID } from 'node:crypto';
import type { Saga, SagaState } from '@plumbline/checkout';
import { phaseOf, sagaDecider } from '@plumbline/checkout';
import type { CheckoutEvent } from '@plumbline/events';
import { topics } from '@plumbline/events';
import { routingKey } from '@plumbline/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { amountText } from '../format/summary.ts';
import { tableLines } from '../format/table.ts';
import { tenantOption } from '../format/tenant-option.ts';
import type { DecodedRecord } from '../read/decode.ts';
import { ask } from '../session/ask.ts';
import type { ExitCode } from '../session/failure.ts';
import { usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import { recordJson } from './alert-line.ts';
import type { RunCommand } from './command.ts';
import { aggregates } from '../travel/aggregates.ts';
import { historyOf } from '../travel/history.ts';
import { now } from '../travel/moment.ts';
import { examples } from './command.ts';
import type { TravelOptions } from './travel.ts';
import { addShow } from './travel.ts';

export function addCheckoutShow(parent: Command, run: RunCommand): void {
  addShow(parent, run, {
    kind: 'checkout',
    description: 'Show where the checkout of an order stands, what it waits for, and its steps',
    asItStands: showCheckout,
  });
}

/** From the log alone. Exit code 1 when no checkout leads the order. */
export async function showCheckout(
  session: Session,
  orderNo: string,
  { json, tenant }: TravelOptions,
): Promise<ExitCode> {
  const { out } = session;
  const entries = await historyOf(
    session,
    { aggregate: aggregates.checkout, id: orderNo, tenant: tenantOption(session, tenant) },
    [now],
  );
  // The topic holds nothing else; the codec has checked it.
  const events = entries.map(({ payload }) => payload as CheckoutEvent);
  const state = events.reduce(
    (before, event) => sagaDecider.evolve(before, event),
    sagaDecider.initialState,
  );
  if (json === true) out.json({ state, events: entries.map(recordJson) });
  if (state.status === 'none') {
    out.note(`no checkout leads order ${orderNo}`);
    return 1;
  }
  if (json === true) return 0;
  for (const line of stateLines(state)) out.line(line);
  for (const entry of entries) out.line(`  ${stepLine(entry)}`);
  return 0;
}

function keyOf({ config }: Session, orderNo: string): string {
  if (orderNo === '') throw usageFailure('an order number is not empty');
  return routingKey(config.PLUMBLINE_TENANT, orderNo);
}

function stateLines(state: Exclude<SagaState, { readonly status: 'none' }>): readonly string[] {
  if (state.status !== 'open') return [`order ${state.orderNo}: ${state.status}`];
  const { orderNo, waiting, refusedBecause } = state;
  const refused = refusedBecause === null ? '' : `, refused because ${refusedBecause}`;
  const again =
    waiting === null
      ? ''
      : `, attempt ${waiting.attempt}, again at ${new Date(waiting.repeatAtMs).toISOString()}`;
  return [
    `order ${orderNo}: ${phaseOf(state)}${again}${refused}`,
    ...tableLines(
      ['what', 'how much', 'id', 'state', 'asked'],
      [...state.lines.map(lineOf), ...fundsOf(state)],
    ).map((line) => `  ${line}`),
  ];
}

const lineOf = ({ sku, quantity, reservationId, stock, asked }: Saga['lines'][number]) => [
  ...[sku, quantity.toString(), reservationId, stock, asked ?? ''],
];

function fundsOf({ buyer, balanceMinor, currency, holdId, funds }: Saga): readonly string[][] {
  if (balanceMinor === 0n) return [];
  const amount = amountText(balanceMinor, currency);
  return [[`account ${buyer}`, amount, holdId, funds.state, funds.asked ?? '']];
}

function stepLine({ timeMs, topic, partition, offset, envelope, payload }: DecodedRecord): string {
  const { data } = payload as CheckoutEvent;
  const words = [
    'step' in data ? data.step : '',
    'reservationIds' in data ? data.reservationIds.join(' ') : '',
    'reservationId' in data ? data.reservationId : '',
    'attempt' in data && data.attempt > 1 ? `attempt ${data.attempt}` : '',
    'accepted' in data ? (data.accepted ? 'done' : `refused: ${data.code ?? ''}`) : '',
    'end' in data ? data.end : '',
    'reason' in data ? data.reason : '',
  ];
  const said = words.filter((word) => word !== '').join(' ');
  const by = envelope.actor.startsWith('system:') ? '' : `  by ${envelope.actor}`;
  const where = `${topic}-${partition} ${offset.toString()}`;
  return `${new Date(timeMs).toISOString()}  ${where}  ${payload.type}  ${said}${by}`.trimEnd();
}

interface PushOptions {
  readonly reason: string;
  readonly id?: string;
  readonly json?: boolean;
}

export function addCheckoutPush(parent: Command, run: RunCommand): void {
  parent
    .command('push')
    .description('Have a checkout ask again, at once, for everything that it waits for')
    .argument('<orderNo>', 'number of the order')
    .requiredOption('--reason <text>', 'why; it stays in the log')
    .option('--id <id>', 'of the push: the same again pushes once (default: new)')
    .option('--json', 'the outcome as JSON')
    .addHelpText('after', examples('checkout push H1001 --reason "the stock came in"'))
    .action((orderNo: string, options: PushOptions) =>
      run((session) => pushCheckout(session, orderNo, options)),
    );
}

const answered = z.object({ orderNo: z.string(), phase: z.string() });

export async function pushCheckout(
  session: Session,
  orderNo: string,
  { reason, id, json }: PushOptions,
): Promise<ExitCode> {
  if (reason.trim() === '') throw usageFailure('--reason must not be empty');
  const outcome = await ask(session, {
    commandsTopic: topics.checkoutCommands.name,
    outcomesTopic: topics.checkoutOutcomes.name,
    ...{ key: keyOf(session, orderNo), subject: orderNo, decider: 'checkout' },
    payload: { type: 'PushCheckout', data: { orderNo, pushId: id ?? randomUUID(), reason } },
  });
  if (json === true) {
    session.out.json(outcome);
    return 0;
  }
  const { phase } = answered.parse(JSON.parse(outcome.answer ?? 'null'));
  const what = outcome.status === 'UNCHANGED' ? 'pushed before' : 'asks again';
  session.out.line(`order ${orderNo}: ${what}; it is ${phase}`);
  return 0;
}
