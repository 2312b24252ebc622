/** One thing that was looked at. */
export interface Check {
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was looked at. */
  readonly name: string;
  /** What was found, in a few words. */
  readonly detail: string;
  /** What to do; null where nothing is to be done. */
  readonly fix: string | null;
}

export const okCheck = (name: string, detail: string): Check => ({
  state: 'ok',
  name,
  detail,
  fix: null,
});

export const badCheck = (
  state: 'warn' | 'fail',
  name: string,
  found: { readonly detail: string; readonly fix: string },
): Check => ({ state, name, ...found });
