import { call, callUntilDecided, callback, newOrder } from './world.ts';

/** Where to call; a new answer each time, so that a balancer can stand behind it. */
export interface Targets {
  orders(): string;
  payments(): string;
}

/** Careful clients that buy until they are told to stop, and remember what they were promised. */
export interface Load {
  /** Orders whose creation was answered with 2xx. */
  readonly created: readonly string[];
  /** Orders whose payment was reported as a success and taken. */
  readonly paid: readonly string[];
  /** Lets every buyer finish what it is at. Errors: an answer that must not be. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly targets: Targets;
  /** A new one comes each so often, whether or not those before are done. */
  readonly everyMs: number;
  /** So many at once at most: whoever finds them all waiting does not come in. */
  readonly buyersMax: number;
  /**
   * True of careful clients, who repeat a call until it is decided. Others take the first answer,
   * and anything but a success is a failure.
   */
  readonly repeats: boolean;
  /** Of the order numbers; another one for each load on one log. */
  readonly prefix: string;
}

/** Longer than any outage of these runs, recovery included. */
const decidedWithinMs = 90_000;

export function startLoad(options: LoadOptions): Load {
  const { targets, prefix } = options;
  const created: string[] = [];
  const paid: string[] = [];
  let next = 0;

  const ask = options.repeats ? decided : once;

  async function buy(orderNo: string): Promise<void> {
    const order = await ask(() => `${targets.orders()}/orders`, newOrder(orderNo));
    expectOk(order, 'orderNo', orderNo);
    created.push(orderNo);
    const payment = { orderNo, amount: '99.90' };
    const { data } = expectOk(
      await ask(() => `${targets.payments()}/payments`, payment),
      'orderNo',
      orderNo,
    );
    const report = callback(String(data['payNo']), 'SUCCESS', orderNo);
    const settled = await ask(() => `${targets.payments()}/payments/mock-callback`, report);
    expectOk(settled, 'currentStatus', 'SUCCESS');
    paid.push(orderNo);
  }

  const buyers = new Set<Promise<void>>();
  const failed: unknown[] = [];
  const come = () => {
    if (buyers.size >= options.buyersMax) return;
    const buyer = buy(`${prefix}${(next += 1)}`)
      .catch((error: unknown) => void failed.push(error))
      .finally(() => buyers.delete(buyer));
    buyers.add(buyer);
  };
  const door = setInterval(come, options.everyMs);
  return {
    created,
    paid,
    stop: async () => {
      clearInterval(door);
      await Promise.all(buyers);
      if (failed.length === 0) return;
      const why = [...new Set(failed.map(String))].slice(0, 5).join('; ');
      throw new Error(`${failed.length} clients failed: ${why}`);
    },
  };
}

const decided = (url: () => string, body: object) =>
  callUntilDecided(url, 'POST', body, decidedWithinMs);

async function once(url: () => string, body: object): Promise<Decided> {
  const to = url();
  const answer = await call(to, 'POST', body);
  if (answer === null) throw new Error(`${to} does not answer`);
  return answer;
}

type Decided = Awaited<ReturnType<typeof callUntilDecided>>;

function expectOk(answer: Decided, field: string, value: string): Decided {
  if (answer.status === 200 && answer.data[field] === value) return answer;
  const { status, code, data } = answer;
  throw new Error(`answered ${status} ${code} ${JSON.stringify(data)}, not ${field} = ${value}`);
}
