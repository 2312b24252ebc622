/** For how long an alert can be suppressed here, in hours; `null`: for good. */
export const suppressions = { hour: 1, day: 24, week: 168, month: 720, good: null } as const;

const hourMs = 3_600_000;

/** The end of one that begins now, as RFC 3339; `undefined` for good. */
export function untilOf(name: string, nowMs: number): string | undefined {
  const hours = Object.hasOwn(suppressions, name)
    ? suppressions[name as keyof typeof suppressions]
    : null;
  return hours === null ? undefined : new Date(nowMs + hours * hourMs).toISOString();
}
