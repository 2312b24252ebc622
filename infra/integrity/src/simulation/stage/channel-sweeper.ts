import type { Codec } from '@plumbline/events';
import { openSweeper } from '@plumbline/payments';
import type { MemoryReadModel } from '@plumbline/postgres';
import type { Following } from '@plumbline/runtime';
import type { Random, SimHost } from '@plumbline/runtime/simulation';
import * as limits from '../limits.ts';
import { createSimCommands } from './sim-commands.ts';

type Lingering = Parameters<typeof openSweeper>[0]['lingering'];

/** A row of the projection: its columns are these. */
interface Row {
  readonly pay_no: string;
  readonly status: string;
  readonly channel: string;
  readonly at_gateway: boolean;
  readonly asked_at: Date | null;
  readonly created_at: Date;
}

/** Who tells sweeps of silent channels what lingers there, as production does, in one process. */
export function startChannelSweeps(of: {
  readonly model: MemoryReadModel;
  readonly log: SimHost['log'];
  readonly host: SimHost;
  readonly codec: Codec;
  readonly partitions: number;
  readonly random: Random;
  nowMs(): number;
}): { readonly following: Following; close(): Promise<void> } {
  const { host } = of;
  const { clock, logger } = host;
  const commands = createSimCommands({ ...of, context: 'remedies', nowMs: () => of.nowMs() });
  let said = 0;
  const sweeper = openSweeper({
    ...{ channels: ['MOCK'], clock, logger, wallClockMs: () => of.nowMs() },
    ...{ lingering: lingeringIn(of), silentMs: limits.sweptSilentMs },
    commands: {
      // Production draws these ids, and here nothing is drawn that a seed does not give.
      execute: (command) => {
        said += 1;
        const id = `lingering-${host.name}-${host.incarnationOfProcess}-${said}`;
        return commands.execute({ ...command, id });
      },
    },
  });
  return {
    following: sweeper.following,
    async close() {
      await sweeper.close();
      commands.close();
    },
  };
}

/** As Postgres answers: a while later, and as far as the projection is by then. */
const lingeringIn = ({
  model,
  host,
  random,
}: {
  readonly model: MemoryReadModel;
  readonly host: SimHost;
  readonly random: Random;
}): Lingering => ({
  async longest({ channels, silentSinceMs, atMost }) {
    await host.clock.sleep(random.between(1, 40));
    const rows = model.rows('payments') as unknown as readonly Row[];
    const heardMs = (row: Row): number => (row.asked_at ?? row.created_at).getTime();
    const found = rows
      .filter((row) => row.at_gateway && (row.status === 'INIT' || row.status === 'PAYING'))
      .filter((row) => channels.some((channel) => channel === row.channel))
      .filter((row) => heardMs(row) < silentSinceMs)
      .sort((one, other) => heardMs(one) - heardMs(other) || (one.pay_no < other.pay_no ? -1 : 1));
    const payNos = found.slice(0, atMost).map(({ pay_no: payNo }) => payNo);
    return { payNos, left: found.length - payNos.length };
  },
});
