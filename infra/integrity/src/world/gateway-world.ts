import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '@plumbline/config';
import type { Simulator } from '@plumbline/gateway-simulator';
import { openSimulator, schema as simulatorSchema } from '@plumbline/gateway-simulator';
import { freePorts } from '@plumbline/local';
import { silentLogger } from '@plumbline/observability';
import type { PaymentsConfig } from '@plumbline/payments';
import { openPayments, paymentsConfig } from '@plumbline/payments';
import type { TestProcess } from '@plumbline/runtime/testing';
import { openTestProcess } from '@plumbline/runtime/testing';

export type Json = Readonly<Record<string, unknown>>;

/** The payments process in this one, and the simulated gateways that it is configured for. */
export interface GatewayWorld {
  readonly edge: TestProcess<PaymentsConfig>;
  readonly simulator: Simulator;
  readonly url: string;
  /** Commands to the simulator, `/control` left out; errors are thrown. */
  control(method: string, path: string, body?: object): Promise<Json>;
  /** What a gateway has in its books; `null` while it has never heard of the payment. */
  book(gateway: string, payNo: string): Promise<Json | null>;
  close(): Promise<void>;
}

/** For every process that calls the simulated gateways with its keys. */
export async function gatewayEnv(of: {
  readonly simulatorUrl: string;
  readonly notifyUrl: string;
  readonly keyFolder: string;
}): Promise<Readonly<Record<string, string>>> {
  const { simulatorUrl, notifyUrl, keyFolder } = of;
  const key = (name: string) => readFile(join(keyFolder, name), 'utf8');
  return {
    PLUMBLINE_NOTIFY_URL: notifyUrl,
    PLUMBLINE_MOCK_GATEWAY_URL: simulatorUrl,
    PLUMBLINE_PAYPAY_URL: `${simulatorUrl}/paypay`,
    PLUMBLINE_PAYPAY_API_KEY: 'local-paypay-key',
    PLUMBLINE_PAYPAY_API_SECRET: 'local-paypay-secret',
    PLUMBLINE_PAYPAY_MERCHANT_ID: '100000000000000001',
    PLUMBLINE_LAKALA_URL: `${simulatorUrl}/lakala`,
    PLUMBLINE_LAKALA_APP_ID: 'OP00000003',
    PLUMBLINE_LAKALA_SERIAL_NO: '00dfba8194c41b84cf',
    PLUMBLINE_LAKALA_PRIVATE_KEY: await key('lakala-merchant-private.pem'),
    PLUMBLINE_LAKALA_PLATFORM_SERIAL_NO: '0172f1e1a7b8c9d0e1',
    PLUMBLINE_LAKALA_PLATFORM_KEY: await key('lakala-platform-public.pem'),
    PLUMBLINE_LAKALA_MERCHANT_NO: '82229007392000A',
    PLUMBLINE_LAKALA_TERM_NO: 'D9296400',
    PLUMBLINE_LAKALA_NOT_FOUND_CODES: 'SIM10001',
    PLUMBLINE_LAKALA_REFUND_NOT_FOUND_CODES: 'SIM10001',
  };
}

/** With the servers of the suite. `env` comes on top of what the gateways need. */
export async function openGatewayWorld(
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-gateways-'));
  const [simulatorPort = 0, port = 0] = await freePorts(2);
  const notifyUrl = `http://127.0.0.1:${port}`;
  const config = parseConfig(simulatorSchema, {
    PLUMBLINE_LOCAL_STACK: 'true',
    PLUMBLINE_SIMULATOR_KEY_FOLDER: folder,
    PLUMBLINE_SIMULATOR_PAYPAY_NOTIFY_URL: `${notifyUrl}/gateways/paypay`,
  });
  const simulator = await openSimulator(config, { logger: silentLogger, port: simulatorPort });
  const { url: simulatorUrl } = simulator;
  const edge = await openTestProcess<PaymentsConfig>({
    ...{ service: 'payments', schema: paymentsConfig, open: openPayments, port },
    env: { ...(await gatewayEnv({ simulatorUrl, notifyUrl, keyFolder: folder })), ...env },
  });
  const control = (method: string, path: string, body?: object) =>
    controlOf(simulatorUrl, method, path, body);
  return {
    ...{ edge, simulator, url: notifyUrl, control },
    book: (gateway, payNo) =>
      control('GET', `/payments/${gateway.toLowerCase()}/${payNo}`).then(
        ({ payment: booked }) => booked as Json,
        () => null,
      ),
    async close() {
      await edge.close();
      await simulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A command to a simulator. Errors: what it answers beside 2xx. */
export async function controlOf(
  simulatorUrl: string,
  method: string,
  path: string,
  body?: object,
): Promise<Json> {
  const response = await fetch(`${simulatorUrl}/control${path}`, {
    method,
    headers: { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as Json;
}

/** Pays on the page that a simulated gateway shows, as a payer does; it leads where it leads. */
export const pressPay = (url: unknown): Promise<Response> =>
  fetch(String(url), {
    method: 'POST',
    body: new URLSearchParams({ do: 'pay' }),
    redirect: 'manual',
  });

/** Looks again and again until there is something. Errors: after `withinMs`, with `what`. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null>,
  withinMs: number,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await sleep(100);
  }
}
