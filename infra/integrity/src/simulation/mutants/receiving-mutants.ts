import type { ActivateOrder, ReportMoney } from '@plumbline/events';
import type { KeyValueStore, ProcessorContext, Topology } from '@plumbline/runtime';
import type { Mutant } from './mutant.ts';
import type { Said } from './wrap-topology.ts';
import { inContext, withContext, withEmitted, withProcessor } from './wrap-topology.ts';

/** As far as it matters here what the changelog keeps of an account. */
interface KeptAccount {
  readonly state: {
    readonly status: string;
    readonly active?: readonly KeptOrder[];
    readonly ended?: { readonly entries: readonly (readonly [string, ...unknown[]])[] };
    readonly settled?: { readonly entries: readonly unknown[] };
  };
}

interface KeptOrder {
  readonly reference: string;
  readonly type: string;
  readonly payableMinor: bigint;
}

type Change = (
  account: KeptAccount,
  said: Said,
) => { readonly shown: KeptAccount; readonly kept?: (after: KeptAccount) => KeptAccount };

/** Accounts that are shown to their decider otherwise than they are. */
const deceived = (topology: Topology, change: Change): Topology =>
  topology.name !== 'receiving'
    ? topology
    : withProcessor(topology, (processor) => ({
        ...processor,
        onRecord(record, context) {
          processor.onRecord(
            record,
            withAccount(context, (account) => change(account, record)),
          );
        },
      }));

function withAccount(
  context: ProcessorContext,
  change: (account: KeptAccount) => ReturnType<Change>,
): ProcessorContext {
  return withContext(context, {
    store<V>(name: string): KeyValueStore<V> {
      const store = context.store<V>(name);
      if (name !== 'aggregates') return store;
      let kept: ReturnType<Change>['kept'];
      return {
        delete: (key) => store.delete(key),
        // The store holds accounts and nothing else.
        get(key) {
          const account = store.get(key) as KeptAccount | undefined;
          if (account?.state.active === undefined) return account as V;
          const changed = change(account);
          kept = changed.kept ?? kept;
          return changed.shown as V;
        },
        set: (key, value) => store.set(key, (kept?.(value as KeptAccount) ?? value) as V),
      };
    },
  });
}

const certain = ['accounts are paid into'] as const;

/** Of several that ask for this amount only the first is seen. */
function firstOfSeveral(account: KeptAccount, { payload }: Said): ReturnType<Change> {
  if (payload.type !== 'ReportMoney') return { shown: account };
  const { amountMinor, payway } = payload.data as ReportMoney;
  const { active = [] } = account.state;
  const [, ...others] = active.filter(
    ({ payableMinor, type }) => payableMinor === amountMinor && type === payway,
  );
  const shown = active.filter((order) => !others.includes(order));
  return {
    shown: { ...account, state: { ...account.state, active: shown } },
    kept: (after) => ({
      ...after,
      state: { ...after.state, active: [...(after.state.active ?? []), ...others] },
    }),
  };
}

const nothing = { entries: [] } as const;

/** Accounts that people pay into, and wrong. */
export const receivingMutants: readonly Mutant[] = [
  {
    name: 'takes-the-first-of-several',
    what: 'of several orders that money could be for an account takes the first',
    expected: ['receiving'],
    certain,
    faults: {},
    topology: (topology) => deceived(topology, firstOfSeveral),
  },
  {
    name: 'forgets-its-money',
    what: 'an account does not remember which money it has matched',
    expected: ['receiving'],
    certain,
    faults: {},
    topology: (topology) =>
      deceived(topology, (account) => ({
        shown: {
          ...account,
          state: { ...account.state, settled: { ...account.state.settled, ...nothing } },
        },
      })),
  },
  {
    name: 'offsets-reused-at-once',
    what: 'an amount that an order has asked for is given to the next as soon as it has ended',
    expected: ['receiving'],
    certain,
    faults: {},
    topology: (topology) =>
      deceived(topology, (account, { payload }) => {
        const { ended } = account.state;
        if (payload.type !== 'ActivateOrder' || ended === undefined) return { shown: account };
        // A repeat of an activation is known all the same.
        const { reference } = payload.data as ActivateOrder;
        const entries = ended.entries.filter(([id]) => id === reference);
        return {
          shown: { ...account, state: { ...account.state, ended: { ...ended, entries } } },
          kept: (after) => ({ ...after, state: { ...after.state, ended } }),
        };
      }),
  },
  {
    name: 'tells-no-payment',
    what: 'one match in two does not reach its payment',
    expected: ['receiving'],
    certain,
    topology: (topology, { random }) =>
      topology.name !== 'receiving'
        ? topology
        : withEmitted(topology, (message) =>
            message.payload.type === 'ReportGatewayCallback' && random.chance(0.5) ? [] : [message],
          ),
  },
  {
    name: 'still-shown',
    what: 'an order that is paid or over is still shown to clients',
    expected: ['receiving'],
    certain,
    topology: (topology) =>
      topology.name !== 'receiving'
        ? topology
        : withProcessor(topology, (processor) => inContext(processor, withoutDeletions)),
  },
  {
    name: 'rounds-money',
    what: 'an account takes less in than a client reported, where that is no round sum',
    expected: ['received', 'receiving'],
    certain,
    topology: (topology) => (topology.name !== 'receiving' ? topology : roundedReports(topology)),
  },
  {
    name: 'money-without-alert',
    what: "nobody is told of money that is no order's",
    expected: ['alerts'],
    certain,
    topology: (topology) =>
      withEmitted(topology, (message) => {
        if (message.payload.type !== 'AlertRaised') return [message];
        return (message.payload.data as { readonly rule: string }).rule === 'K' ? [] : [message];
      }),
  },
];

/** Orders leave the index never. */
const withoutDeletions = (context: ProcessorContext): ProcessorContext =>
  withContext(context, {
    store<V>(name: string): KeyValueStore<V> {
      const store = context.store<V>(name);
      if (name !== 'active') return store;
      return {
        get: (key) => store.get(key),
        set: (key, value) => store.set(key, value),
        delete: () => undefined,
      };
    },
  });

/** Amounts lose what is below ten, as if somebody had read the large digits only. */
function roundedReports(topology: Topology): Topology {
  return withProcessor(topology, (processor) => ({
    ...processor,
    onRecord(record, context) {
      const { payload } = record;
      if (payload.type !== 'ReportMoney') {
        processor.onRecord(record, context);
        return;
      }
      const data = payload.data as ReportMoney;
      const amountMinor = (data.amountMinor / 10n) * 10n;
      processor.onRecord(
        { ...record, payload: { ...payload, data: { ...data, amountMinor } } },
        context,
      );
    },
  }));
}
