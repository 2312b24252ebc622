/** A few seconds each, with Java reading along: what a run of all tests has time for. */
const fewHistories = 3;

/**
 * The seeds of the generated histories. A campaign runs more, from another first seed:
 * `PLUMBLINE_TEST_HISTORIES=200 PLUMBLINE_TEST_FIRST_HISTORY=1000`.
 */
export function historySeeds(): readonly number[] {
  const count = numberOr(process.env['PLUMBLINE_TEST_HISTORIES'], fewHistories);
  const first = numberOr(process.env['PLUMBLINE_TEST_FIRST_HISTORY'], 1);
  return Array.from({ length: count }, (_, index) => first + index);
}

function numberOr(text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const parsed = Number(text);
  if (Number.isSafeInteger(parsed) && parsed >= 0) return parsed;
  throw new Error(`"${text}" is not a number of histories`);
}
