import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventType, TrialDelivery } from '@plumbline/notifications';
import {
  eventTypes,
  everyEvent,
  isEventType,
  newWebhookSecret,
  parseWebhookSecret,
  trialDelivery,
  trialOrderNo,
} from '@plumbline/notifications';
import { isCurrencyCode, parseMajor } from '@plumbline/kernel';
import type { Command } from 'commander';
import { z } from 'zod';
import { sendDelayMsMax, sendsMax } from '../limits.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import { askNotifications } from '../session/ask-notifications.ts';
import type { Session } from '../session/session.ts';
import { endpointList, notificationShape } from '../webhooks/endpoint-answers.ts';
import type { Sent } from '../webhooks/send-by-hand.ts';
import { planOf, sendByHand } from '../webhooks/send-by-hand.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';
import { endpointPath } from './endpoint-set.ts';
import { notificationLine } from './notification-look.ts';

export interface TriggerOptions {
  readonly endpoint?: string;
  readonly url?: string;
  readonly secret?: string;
  readonly tenant?: string;
  readonly count: string;
  readonly order?: string;
  readonly amount: string;
  readonly currency: string;
  readonly dup?: string;
  readonly shuffle?: boolean;
  readonly seed?: string;
  readonly delay?: string;
  readonly json?: boolean;
}

const notes = `
Without --url the notifications process makes the events and delivers them as all others, retries
included: to --endpoint, or to every active endpoint of the tenant that asked for the type.
With --url this command sends them itself, signed and once, and nothing stands in the log: for trying
out whether a receiver takes what comes twice (--dup) or in another order (--shuffle).
Types: ${Object.keys(eventTypes).join(', ')}
`;

export function addTrigger(program: Command, run: RunCommand): void {
  program
    .command('trigger')
    .description('Make up events and have them delivered, or send them to a URL')
    .argument('<event>', 'its type, such as payment.succeeded')
    .option('--endpoint <endpointId>', 'to this endpoint only')
    .option('--url <url>', 'send to this URL from here')
    .option('--secret <whsec>', 'that signs what goes to --url (default: a new one, shown)')
    .option('--tenant <tenant>', "whose (default: the platform's own)")
    .option('--count <n>', 'different events', '1')
    .option('--order <orderNo>', 'all of this order (default: an order each)')
    .option('--amount <amount>', 'in major units', '1.00')
    .option('--currency <code>', 'ISO 4217', 'CNY')
    .option('--dup <n>', 'with --url: each so many times, under the same webhook-id')
    .option('--shuffle', 'with --url: in random order; the seed is shown')
    .option('--seed <n>', 'with --shuffle: the same order again')
    .option('--delay <ms>', 'with --url: between two of them')
    .option('--json', 'what became of them as JSON')
    .addHelpText(
      'after',
      notes +
        examples(
          'trigger payment.succeeded --endpoint ep_… --count 5',
          'trigger payment.succeeded --url http://localhost:3000/hook --secret whsec_… --dup 3 --shuffle',
        ),
    )
    .action((event: string, options: TriggerOptions) =>
      run((session) => trigger(session, event, options)),
    );
}

export async function trigger(
  session: Session,
  event: string,
  options: TriggerOptions,
): Promise<ExitCode> {
  if (!isEventType(event))
    throw usageFailure(`${event} is no type of event: ${Object.keys(eventTypes).join(', ')}`);
  const count = wholeNumber(options.count, '--count', { min: 1, max: 100 });
  const byHand = (['dup', 'shuffle', 'seed', 'delay', 'secret'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (options.url === undefined) {
    if (byHand !== undefined) throw usageFailure(`--${byHand} goes with --url`);
    return triggerThere(session, { event, count }, options);
  }
  if (options.endpoint !== undefined) throw usageFailure('--endpoint or --url, not both');
  return sendFromHere(session, { event, count, url: options.url }, options);
}

function wholeNumber(
  text: string,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < min || value > max)
    throw usageFailure(`${name} is a whole number from ${min} to ${max}, not "${text}"`);
  return value;
}

interface Asked {
  readonly event: EventType;
  readonly count: number;
}

const made = z.object({ notifications: z.array(notificationShape) });

async function triggerThere(
  session: Session,
  { event, count }: Asked,
  options: TriggerOptions,
): Promise<ExitCode> {
  const { order, amount, currency } = options;
  const targets = await targetsOf(session, event, options);
  const all = [];
  for (const endpointId of targets) {
    const { notifications } = await askNotifications(session, {
      ...{ method: 'POST', path: endpointPath(endpointId, '/trigger'), answer: made },
      body: { type: event, count, amount, currency, orderNo: order },
    });
    all.push(...notifications);
  }
  const { out } = session;
  if (options.json === true) out.json(all);
  else for (const each of all) out.line(notificationLine(each));
  return 0;
}

async function targetsOf(
  session: Session,
  event: EventType,
  { endpoint, tenant }: TriggerOptions,
): Promise<readonly string[]> {
  if (endpoint !== undefined) return [endpoint];
  const { endpoints } = await askNotifications(session, {
    ...{ method: 'GET', path: '/webhook-endpoints', query: { tenant }, answer: endpointList },
  });
  const found = endpoints.filter(
    ({ status, events }) =>
      status === 'ACTIVE' && (events.includes(event) || events.includes(everyEvent)),
  );
  if (found.length > 0) return found.map(({ endpointId }) => endpointId);
  throw new CliFailure(
    `no active endpoint of the tenant asked for ${event}: see --endpoint, --url`,
  );
}

async function sendFromHere(
  session: Session,
  { event, count, url }: Asked & { readonly url: string },
  options: TriggerOptions,
): Promise<ExitCode> {
  const { out, signal } = session;
  if (!/^https?:\/\/[^\s]+$/.test(url)) throw usageFailure(`--url is no URL: ${url}`);
  const times = wholeNumber(options.dup ?? '1', '--dup', { min: 1, max: 100 });
  const delayMs = wholeNumber(options.delay ?? '0', '--delay', { min: 0, max: sendDelayMsMax });
  if (count * times > sendsMax) throw usageFailure(`at most ${sendsMax} sends`);
  const seed = seedOf(options);
  if (seed !== null) out.note(`seed ${seed}`);
  const secret = secretOf(session, options);
  const plan = planOf(deliveriesOf(session, { event, count }, options), { times, seed });
  const sent: Sent[] = [];
  for (const [index, each] of plan.entries()) {
    if (index > 0 && delayMs > 0) await sleep(delayMs, undefined, { signal });
    const result = await sendByHand(each, { url, secret, signal });
    signal.throwIfAborted();
    sent.push(result);
    if (options.json !== true) out.line(sentLine(result));
  }
  const taken = sent.filter(({ status }) => status !== null && status >= 200 && status < 300);
  if (options.json === true) out.json(sent);
  else out.note(`${sent.length} sent, ${taken.length} answered with 2xx`);
  return taken.length === sent.length ? 0 : 1;
}

function seedOf({ shuffle, seed }: TriggerOptions): number | null {
  if (shuffle !== true) {
    if (seed !== undefined) throw usageFailure('--seed goes with --shuffle');
    return null;
  }
  return seed === undefined
    ? randomInt(2 ** 32)
    : wholeNumber(seed, '--seed', { min: 0, max: 2 ** 32 - 1 });
}

function secretOf({ out }: Session, { secret }: TriggerOptions): string {
  if (secret === undefined) {
    const made = newWebhookSecret(randomBytes(32));
    out.note(`secret ${made}`);
    return made;
  }
  if (parseWebhookSecret(secret) === null)
    throw usageFailure('--secret is whsec_ and 24 to 64 bytes in base64');
  return secret;
}

function deliveriesOf(
  { config }: Session,
  { event, count }: Asked,
  options: TriggerOptions,
): readonly TrialDelivery[] {
  const { order, amount, currency } = options;
  const tenant = options.tenant ?? config.PLUMBLINE_TENANT;
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(tenant)) throw usageFailure(`--tenant: ${tenant} is none`);
  if (!isCurrencyCode(currency)) throw usageFailure(`--currency: ${currency} is no currency`);
  const amountMinor = parseMajor(amount, currency);
  if (typeof amountMinor !== 'bigint' || amountMinor <= 0n)
    throw usageFailure(`--amount: ${amount} is no amount above zero of ${currency}`);
  return Array.from({ length: count }, (_, index) =>
    trialDelivery(
      {
        ...{ type: event, tenant, orderNo: order ?? trialOrderNo(), amountMinor, currency },
        ...{ paymentId: undefined, transactionId: undefined, paymentMethod: undefined },
        ...{ status: undefined, nowMs: Date.now() },
      },
      // Notifications of one order are numbered; each order's first is 1.
      BigInt(order === undefined ? 1 : index + 1),
    ),
  );
}

const sentLine = ({ notificationId, time, status, problem, durationMs }: Sent): string =>
  `${notificationId} time ${time}: ${problem ?? String(status)} in ${durationMs} ms`;
