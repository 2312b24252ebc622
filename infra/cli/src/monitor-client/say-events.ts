import { unreachable } from '@plumbline/kernel';
import { durationText } from '../format/duration.ts';
import type { Output } from '../session/output.ts';
import type { RecordName } from './money-record.ts';
import { readRecord } from './money-record.ts';
import type { ReportEvent } from './reporter.ts';
import type { OrderEvent } from './watch-orders.ts';

/** What happens to lines before they are reported. */
export type InputEvent =
  | { readonly event: 'kept'; readonly record: string }
  | {
      readonly event: 'malformed';
      readonly line: number;
      readonly problem: string;
      readonly file: string;
    };

export type ClientEvent = InputEvent | ReportEvent | OrderEvent;

const unknownName: RecordName = { account: '', platformOrder: '' };

/** Whose record it is; nothing of who paid, and of no text that is no record. */
export function nameOf(record: string): RecordName {
  const read = readRecord(record);
  return read.kind === 'record' ? read.name : unknownName;
}

/** Says one event: results on the standard output, what went wrong on the other. */
export function sayEvent(out: Output, event: ClientEvent, isJson: boolean): void {
  const said = textOf(event);
  if (isJson) out.json(documentOf(event));
  else if (!said.isTrouble) out.line(said.text);
  // An alarm is on the standard error in any case: somebody has to look.
  if (said.isTrouble && (!isJson || event.event === 'alarm')) out.note(said.text);
}

/** As JSON: without the record itself, but with its name. */
export function documentOf(event: ClientEvent): object {
  switch (event.event) {
    case 'kept':
    case 'retry':
    case 'alarm': {
      const { record, event: name, ...rest } = event;
      return { event: name, ...nameOf(record), ...rest };
    }
    case 'reported': {
      const { record, answer, tries } = event;
      return { event: 'reported', ...nameOf(record), tries, ...answer };
    }
    case 'malformed':
    case 'active':
    case 'ended':
    case 'orders-away':
    case 'orders-back':
      return event;
    default:
      return unreachable(event);
  }
}

interface Said {
  readonly text: string;
  readonly isTrouble: boolean;
}

const fine = (text: string): Said => ({ text, isTrouble: false });
const trouble = (text: string): Said => ({ text, isTrouble: true });

function textOf(event: ClientEvent): Said {
  switch (event.event) {
    case 'kept':
      return fine(`kept ${whatText(event.record)}`);
    case 'reported': {
      const { result, was, orderId } = event.answer;
      const now = was === undefined || was === null || was === result ? '' : `, ${was} by now`;
      const order = orderId === undefined || orderId === null ? '' : `, order ${orderId}`;
      return fine(`${result} ${whatText(event.record)}${now}${order}`);
    }
    case 'retry':
      return trouble(
        `${whatText(event.record)}: try ${event.tries} failed, the next in ` +
          `${durationText(event.waitMs)}: ${event.problem}`,
      );
    case 'alarm':
      return trouble(
        `ALARM ${whatText(event.record)}: not accepted, ${triesText(event.tries)}: ` +
          `${event.problem}; it is kept in ${event.file}`,
      );
    case 'malformed':
      return trouble(`line ${event.line} is no record: ${event.problem}; put into ${event.file}`);
    case 'active': {
      const { orderId, pid, aid, cid, type, expiresAt } = event.order;
      return fine(`active ${orderId} at ${pid}.${aid}.${cid} by ${type} until ${expiresAt}`);
    }
    case 'ended':
      return fine(`ended ${event.orderId} at ${event.account}`);
    case 'orders-away':
      return trouble(`active orders cannot be read: ${event.problem}`);
    case 'orders-back':
      return trouble('active orders can be read again');
    default:
      return unreachable(event);
  }
}

const triesText = (tries: number): string => (tries === 1 ? '1 try' : `${tries} tries`);

function whatText(record: string): string {
  const { account, platformOrder } = nameOf(record);
  return account === '' ? 'something' : `${platformOrder} of ${account}`;
}
