import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { World } from './world.ts';
import { callUntilDecided } from './world.ts';

/** What the local stack knows merchant 1000 by (contract 0). */
const key = 'local-monitor-key';
const merchant = '1000';

export interface RecordAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The signature of docs/monitor-signatures.md, by its text and not by our code. */
export function signed(
  of: { readonly method: string; readonly path: string; readonly body: string },
  { nonce = randomBytes(12).toString('hex'), secret = key } = {},
): Readonly<Record<string, string>> {
  const [path = '', query = ''] = of.path.split('?');
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const bodyDigest = createHash('sha256').update(of.body).digest('hex');
  const lines = ['v1', of.method, path, query, bodyDigest, timestamp, nonce, merchant];
  const mac = createHmac('sha256', secret).update(lines.join('\n')).digest('hex');
  return { timestamp, nonce, signature: `v1=${mac}` };
}

const urlOf = (world: World, path: string): string =>
  `${world.platform.url('channel-monitor')}${path}`;

/** One signed call. Errors: when nobody answers. */
export async function signedCall(
  world: World,
  method: 'GET' | 'POST',
  path: string,
  of: { readonly body?: object; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const body = of.body === undefined ? '' : JSON.stringify(of.body);
  const headers = of.headers ?? signed({ method, path, body });
  const response = await fetch(urlOf(world, path), {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === '' ? {} : { body }),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, body: await response.json() };
}

/** Contract 0's record, with which a client reports money. */
export const recordOf = (aid: string, platformOrder: string, price: number) => ({
  ...{ pid: 1000, aid, payway: 'wxpay', channel: 'wxpay1#1001', price, platformOrder },
  rawPayload: '{"from":"a payer"}',
});

/** As a client does: the same record again until it is answered 200. Returns the results it got. */
export async function reportUntilKept(
  world: World,
  record: ReturnType<typeof recordOf>,
  withinMs = 90_000,
): Promise<Readonly<Record<string, unknown>>> {
  const deadline = performance.now() + withinMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    const answer = await signedCall(world, 'POST', '/api/monitor/records', { body: record }).catch(
      () => null,
    );
    if (answer?.status === 200) return answer.body as Readonly<Record<string, unknown>>;
    if (performance.now() > deadline)
      throw new Error(`${record.platformOrder}: ${answer?.status ?? 'no answer'} for too long`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export async function registerAccount(world: World, aid: string): Promise<void> {
  const channels = [{ cid: '2', type: 'wxpay', channel: 'wxpay1#1001', pattern: 1 }];
  const body = { pid: merchant, aid, name: aid, channels };
  await callUntilDecided(() => urlOf(world, '/api/monitor/accounts'), 'POST', body);
}

/** Opens a payment into the account. Returns its number. */
export async function openPayment(
  world: World,
  orderNo: string,
  { aid, amount }: { readonly aid: string; readonly amount: string },
): Promise<string> {
  const asked = { orderNo, amount, channel: 'PERSONAL', account: `${merchant}.${aid}` };
  const url = () => `${world.platform.url('payments')}/payments`;
  const { status, code, data } = await callUntilDecided(url, 'POST', asked);
  if (status !== 200) throw new Error(`${orderNo}: ${status} ${code}`);
  return String(data['payNo']);
}

/** Order numbers that wait for money, as the list has them. */
export async function activeOrders(world: World): Promise<readonly string[]> {
  const { body } = await signedCall(world, 'GET', '/api/monitor/orders/active?pid=1000');
  return (body as readonly { readonly orderId: string }[]).map(({ orderId }) => orderId);
}
