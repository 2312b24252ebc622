import type { AlertFilters } from '../api/calls.ts';

/** As they stand in the address of the list; empty for any. */
export const alertFilterNames = [
  ...(['rule', 'status', 'severity', 'tenant', 'orderNo'] as const),
  ...(['currency', 'minAmount', 'maxAmount', 'since', 'until', 'text'] as const),
];
export type AlertFilterTexts = Readonly<Record<(typeof alertFilterNames)[number], string>>;

/** Stands for all statuses of alerts that have not ended. */
export const anyStanding = 'STANDING';

/** As the API is asked: a time of this reader's clock becomes an instant. */
export function filtersOf(given: Readonly<Record<string, string>>): AlertFilters {
  const { status, since, until, ...rest } = given;
  const standing = status === anyStanding ? { standing: 'true' } : {};
  return {
    ...rest,
    ...(status === undefined || status === anyStanding ? {} : { status }),
    ...standing,
    ...instantOf('since', since),
    ...instantOf('until', until),
  };
}

const instantOf = (name: 'since' | 'until', text: string | undefined): Partial<AlertFilters> => {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? {} : { [name]: new Date(ms).toISOString() };
};
