/**
 * What files with servers take, s, on two cores and beside other files; those that take no longer than
 * most of them are left out. They need not be exact: shares that are even by them end together.
 */
const knownSeconds: Readonly<Record<string, number>> = {
  'infra/cli/src/dead-letters/redrive-many.int.spec.ts': 9,
  'infra/cli/src/real-servers.int.spec.ts': 13,
  'infra/integrity/src/a-silent-channel-is-swept.int.spec.ts': 21,
  'infra/integrity/src/endpoints-do-what-they-describe.int.spec.ts': 115,
  'infra/integrity/src/merchant-api.int.spec.ts': 11,
  'infra/integrity/src/merchant-clients.int.spec.ts': 18,
  'infra/integrity/src/one-transaction-two-payments.int.spec.ts': 28,
  'infra/integrity/src/payments-at-a-gateway-that-misbehaves.int.spec.ts': 34,
  'infra/integrity/src/subscribers-in-other-languages.int.spec.ts': 20,
  'infra/integrity/src/who-is-forgotten-is-forgotten.int.spec.ts': 39,
  'infra/kafka/src/client/faults.int.spec.ts': 21,
  'infra/kafka/src/client/kafka-contract.int.spec.ts': 42,
  'infra/local/src/stack/open-stack.int.spec.ts': 23,
  'infra/local/src/stack/stack-command.int.spec.ts': 27,
  'infra/postgres/src/rebuild/rebuild-model.int.spec.ts': 13,
  'infra/registry/src/registry-trouble.int.spec.ts': 23,
  'services/channel-monitor/src/channel-monitor.int.spec.ts': 11,
  'services/channel-monitor/src/http/clients/clients-edge.int.spec.ts': 11,
  'services/gateway-simulator/src/callbacks/callbacks.int.spec.ts': 11,
  'services/payments/src/http/payments-edge.int.spec.ts': 16,
  'services/queries/src/alert-stream/alert-stream.int.spec.ts': 17,
  'streams/runtime/src/state/lmdb-processes.int.spec.ts': 10,
};

/** Most take one or two. */
const otherSeconds = 2;

/** What a file takes, as far as it is known. */
export const secondsOf = (file: string): number => knownSeconds[file] ?? otherSeconds;

export interface ShareOfFiles {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/**
 * The files of one of so many shares that take about as long each: each file, the longest first,
 * goes to the share that is to end first. Whoever divides the same files gets the same shares.
 *
 * Errors: one that names a file of the list above that there is no more.
 */
export function filesOfShare(files: readonly string[], share: ShareOfFiles): readonly string[] {
  const gone = Object.keys(knownSeconds).filter((known) => !files.includes(known));
  if (gone.length > 0)
    throw new Error(`no such file of tests, but its seconds are known: ${gone.join(', ')}`);
  const longestFirst = [...files].sort(
    (a, b) => secondsOf(b) - secondsOf(a) || (a < b ? -1 : Number(a > b)),
  );
  const shares = Array.from({ length: share.of }, () => ({ total: 0, own: [] as string[] }));
  for (const file of longestFirst) {
    const lightest = shares.reduce((least, each) => (each.total < least.total ? each : least));
    lightest.own.push(file);
    lightest.total += secondsOf(file);
  }
  return shares[share.number - 1]?.own ?? [];
}

/** Those that are known, for its own test. */
export const filesOfKnownSeconds: readonly string[] = Object.keys(knownSeconds);
