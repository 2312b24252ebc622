/** The partitions of a topology whose tasks run in the process there; none if it does not answer. */
export async function runningTasks(url: string, topology: string): Promise<readonly number[]> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(1_000) });
    const { checks } = (await response.json()) as {
      readonly checks: Readonly<Record<string, { readonly detail?: string }>>;
    };
    const detail = checks[`topology ${topology}`]?.detail ?? '';
    return [...detail.matchAll(/(\d+):running/g)].map(([, partition]) => Number(partition));
  } catch {
    return [];
  }
}

/** Records that the tasks and read models of a process are behind; Infinity if it does not answer. */
export async function lagOf(url: string): Promise<number> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1_000) });
    const lags = (await response.text()).matchAll(
      /^plumbline_(?:task|projection)_lag_records\{[^}]*\} (\S+)$/gm,
    );
    return [...lags].reduce((sum, [, value]) => sum + Number(value), 0);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
