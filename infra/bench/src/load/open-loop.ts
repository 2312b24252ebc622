/** What one request came to. Times in ms. */
export interface Sample {
  /** From the moment at which it was due, whether or not it could be sent then. */
  readonly latencyMs: number;
  /** How long after that moment it was sent. */
  readonly lateMs: number;
  /** `null` for a success; else a word such as `503` or `UND_ERR_SOCKET`. */
  readonly error: string | null;
}

export interface OpenLoopOptions {
  readonly perSecond: number;
  readonly count: number;
  readonly inFlightMax: number;
  /** Resolves with `null` for a success, or with a word for what went wrong. */
  send(index: number): Promise<string | null>;
  readonly nowMs: () => number;
  sleep(ms: number): Promise<unknown>;
}

/**
 * Sends requests at a fixed rate whatever their answers do, as many clients would that know nothing
 * of one another. A server that stalls is asked on, and the wait of those requests counts: a loop
 * that waits for answers would leave out exactly the worst ("coordinated omission", Gil Tene).
 */
export async function openLoop(options: OpenLoopOptions): Promise<readonly Sample[]> {
  const { perSecond, count, nowMs } = options;
  const samples: Sample[] = [];
  const underWay = new Set<Promise<void>>();
  const begin = nowMs();
  for (let index = 0; index < count; index += 1) {
    const dueMs = begin + (index * 1_000) / perSecond;
    const waitMs = dueMs - nowMs();
    if (waitMs > 0) await options.sleep(waitMs);
    const lateMs = Math.max(0, nowMs() - dueMs);
    if (underWay.size >= options.inFlightMax) {
      samples.push({ latencyMs: lateMs, lateMs, error: 'not sent: too many under way' });
      continue;
    }
    const one = options.send(index).then((error) => {
      samples.push({ latencyMs: nowMs() - dueMs, lateMs, error });
      underWay.delete(one);
    });
    underWay.add(one);
  }
  await Promise.all(underWay);
  return samples;
}
