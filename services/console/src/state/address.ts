import type { LocationQuery } from 'vue-router';

/** What a list is filtered by, as its address says, so that it can be sent to somebody. */
export const askedOf = <Name extends string>(
  query: LocationQuery,
  names: readonly Name[],
): Record<Name, string> =>
  // Made from the names themselves.
  Object.fromEntries(
    names.map((name) => {
      const value = query[name];
      return [name, typeof value === 'string' ? value : ''];
    }),
  ) as Record<Name, string>;

/** Those that say something. */
export const givenOf = (filters: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filters)
      .map(([key, value]) => [key, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  );
