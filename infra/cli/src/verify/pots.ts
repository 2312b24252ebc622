import type { AccountsEvent, InventoryEvent } from '@plumbline/events';
import { unreachable } from '@plumbline/kernel';
import type { Findings } from './finding.ts';
import type { Fold, FoldedEvent } from './fold.ts';
import { createKeyTable } from './key-table.ts';

/** What an event does to a pot of money or of pieces. */
type Step =
  | { readonly kind: 'in' | 'out'; readonly quantity: bigint }
  | { readonly kind: 'aside'; readonly id: string; readonly quantity: bigint }
  | {
      readonly kind: 'taken' | 'freed';
      readonly id: string;
      readonly quantity: bigint;
      /** It had ended by time, and is taken anew. */
      readonly anew: boolean;
    };

interface Move {
  /** Of the pot: an account's currency, an item. */
  readonly pot: string;
  readonly step: Step;
}

/** What becomes of what was put aside, as a column of a table. */
const [open, taken, freed] = [1n, 2n, 3n];

/**
 * Money of accounts: at no point is less there than nothing, or less than what is held; each hold ends
 * once, with what was held. Stock the same. Written down apart from the code that decides. A pot takes
 * 32 bytes in a table, and so does everything that was ever put aside ({@link createKeyTable}).
 */
export function foldPots(
  movesOf: (event: FoldedEvent) => Move | null,
  findings: Findings,
  name: 'accounts' | 'items',
): Fold {
  /** Columns: what is inside, what of it is put aside. */
  const pots = createKeyTable(2);
  /** Columns: how much, how far. */
  const asides = createKeyTable(2);

  /** What is wrong with taking something aside, or ending that; null for nothing. */
  function problemOf(step: Step, row: number): readonly [string, string] | null {
    if (!('id' in step)) return null;
    const [quantity, state] = [asides.get(row, 0), asides.get(row, 1)];
    if (step.kind === 'aside')
      return state === open ? ['ASIDE_TWICE', `${step.id} is put aside, and was already`] : null;
    const isOpen = state === open || (step.kind === 'taken' && step.anew && state === freed);
    const was = state === 0n ? 'never put aside' : state === taken ? 'taken' : 'freed';
    if (!isOpen) return ['NOT_ASIDE', `${step.id} is ${step.kind}, and was ${was}`];
    if (quantity === step.quantity) return null;
    return [
      'ASIDE_DIFFERS',
      `${step.quantity} of ${step.id} is ${step.kind}, and ${quantity} was put aside`,
    ];
  }

  function move(pot: number, step: Step, row: number): void {
    const add = (column: number, by: bigint): void =>
      pots.set(pot, column, pots.get(pot, column) + by);
    switch (step.kind) {
      case 'in':
        add(0, step.quantity);
        break;
      case 'out':
        add(0, -step.quantity);
        break;
      case 'aside':
        asides.set(row, 0, step.quantity);
        asides.set(row, 1, open);
        add(1, step.quantity);
        break;
      case 'taken':
      case 'freed':
        if (asides.get(row, 1) === open) add(1, -asides.get(row, 0));
        if (step.kind === 'taken') add(0, -step.quantity);
        asides.set(row, 1, step.kind === 'taken' ? taken : freed);
        break;
      default:
        unreachable(step);
    }
  }

  return {
    decodes: true,
    take(event) {
      const moved = movesOf(event);
      if (moved === null) return;
      const { step } = moved;
      const about = moved.pot;
      const found = (kind: string, what: string): void =>
        findings.add({ kind, at: event.place, about, what });
      const row = 'id' in step ? asides.add(`${event.key} ${step.id}`) : -1;
      const pot = pots.add(about);
      const problem = problemOf(step, row);
      if (problem !== null) found(...problem);
      move(pot, step, row);
      const [inside, aside] = [pots.get(pot, 0), pots.get(pot, 1)];
      if (inside < 0n || aside < 0n || aside > inside)
        found('SUM_BELOW', `${inside} is there, of which ${aside} is put aside`);
    },
    end: () => undefined,
    looked: () => ({ [name]: pots.size, [`${name}PutAside`]: asides.size }),
  };
}

export function accountMove({ key, payload }: FoldedEvent): Move | null {
  // The topic holds nothing but these; the codec has checked it.
  const event = payload as AccountsEvent;
  if (event.type === 'HoldBarred') return null;
  const { amountMinor: quantity, currency } = event.data;
  const pot = `${key} ${currency}`;
  switch (event.type) {
    case 'AccountCredited':
      return { pot, step: { kind: 'in', quantity } };
    case 'AccountDebited':
      return { pot, step: { kind: 'out', quantity } };
    case 'FundsHeld':
      return { pot, step: { kind: 'aside', id: event.data.holdId, quantity } };
    case 'HoldCaptured': {
      const { holdId: id, afterExpiry: anew } = event.data;
      return { pot, step: { kind: 'taken', id, quantity, anew } };
    }
    case 'HoldReleased':
    case 'HoldExpired':
      return { pot, step: { kind: 'freed', id: event.data.holdId, quantity, anew: false } };
    default:
      return unreachable(event);
  }
}

export function stockMove({ key: pot, payload }: FoldedEvent): Move | null {
  // As above.
  const event = payload as InventoryEvent;
  if (event.type === 'ReservationBarred' || event.type === 'ItemDescribed') return null;
  const quantity = BigInt(event.data.quantity);
  switch (event.type) {
    case 'StockReceived':
      return { pot, step: { kind: 'in', quantity } };
    case 'StockWrittenOff':
      return { pot, step: { kind: 'out', quantity } };
    case 'StockReserved':
      return { pot, step: { kind: 'aside', id: event.data.reservationId, quantity } };
    case 'StockConfirmed': {
      const { reservationId: id, afterExpiry: anew } = event.data;
      return { pot, step: { kind: 'taken', id, quantity, anew } };
    }
    case 'StockReleased':
    case 'ReservationExpired':
      return { pot, step: { kind: 'freed', id: event.data.reservationId, quantity, anew: false } };
    default:
      return unreachable(event);
  }
}
