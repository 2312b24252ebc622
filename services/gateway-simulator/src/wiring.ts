import type { Listening } from '@plumbline/http';
import { createHttpApp, listen } from '@plumbline/http';
import type { Logger } from '@plumbline/observability';
import { createMetrics } from '@plumbline/observability';
import { applyEntry, emptyBooks } from './books/books.ts';
import { noJournal, openJournal } from './books/journal.ts';
import type { Gateway, Payment } from './books/payment.ts';
import { createPoster } from './callbacks/post.ts';
import type { SimulatorConfig } from './config.ts';
import { commandRoutes } from './control/command-routes.ts';
import { readRoutes } from './control/read-routes.ts';
import { chanceRoutes, ruleRoutes } from './control/rule-routes.ts';
import type { Dialect } from './dialects/dialect.ts';
import { lakalaDialect } from './dialects/lakala/lakala.ts';
import { mockDialect } from './dialects/mock/mock.ts';
import { paypayDialect } from './dialects/paypay/paypay.ts';
import { createEngine } from './engine/engine.ts';
import { createIds } from './engine/ids.ts';
import { createGatewayApi } from './gateway-api/gateway-api.ts';
import type { LakalaKeys } from './keys.ts';
import { loadLakalaKeys } from './keys.ts';
import { payPageHandler } from './pay-page/pay-page.ts';

export interface Simulator {
  readonly url: string;
  close(): Promise<void>;
}

/** The simulator as it runs: keys and books read, callbacks resumed, the port open. */
export async function openSimulator(
  config: SimulatorConfig,
  options: {
    readonly logger: Logger;
    /** 0 for a free port, in tests. */
    readonly port?: number;
    readonly nowMs?: () => number;
    readonly checkResponses?: boolean;
  },
): Promise<Simulator> {
  const { logger, nowMs = Date.now } = options;
  const onFailure = (error: unknown): void => logger.error('a call or callback failed', { error });
  const keys = await loadLakalaKeys({
    folder: config.PLUMBLINE_SIMULATOR_KEY_FOLDER,
    platformPrivatePem: config.PLUMBLINE_SIMULATOR_LAKALA_PRIVATE_KEY ?? null,
    merchantPublicPem: config.PLUMBLINE_SIMULATOR_LAKALA_MERCHANT_PUBLIC_KEY ?? null,
  });
  const books = emptyBooks();
  const path = config.PLUMBLINE_SIMULATOR_JOURNAL;
  const journal = path ? await openJournal(path, (entry) => applyEntry(books, entry)) : noJournal;
  const host = config.PLUMBLINE_HTTP_HOST;
  let publicUrl = config.PLUMBLINE_SIMULATOR_PUBLIC_URL?.replace(/\/+$/, '') ?? '';
  const payUrl = ({ gateway, reference }: Payment): string =>
    `${publicUrl}/pay/${gateway}/${reference}`;
  const dialects = dialectsOf(config, keys, payUrl);
  const poster = createPoster();
  const timeFactor = config.PLUMBLINE_SIMULATOR_TIME_FACTOR;
  const engine = createEngine({
    ...{ dialects, books, journal, poster, ids: createIds(), nowMs, timeFactor, onFailure },
  });
  const api = createGatewayApi({ engine, dialects, nowMs, onFailure });
  const lakalaSerialNo = config.PLUMBLINE_SIMULATOR_LAKALA_SERIAL_NO;
  const app = createHttpApp({
    service: 'gateway-simulator',
    version: '0.1.0',
    logger,
    metrics: createMetrics({ service: 'gateway-simulator' }),
    routes: [
      ...ruleRoutes(engine),
      ...chanceRoutes(engine),
      ...commandRoutes({ engine, payUrl }),
      ...readRoutes({ engine, keys, lakalaSerialNo, payUrl }),
    ],
    health: {
      journal: () => {
        const failure = journal.failure();
        return failure ? { ok: false, detail: failure.message } : { ok: true };
      },
      callbacks: () => ({ ok: true, detail: `${engine.pendingCallbacks()} waiting` }),
    },
    checkResponses: options.checkResponses ?? true,
    mount: (express) => {
      express.use(api.handler);
      express.use(payPageHandler({ engine, onFailure }));
    },
  });
  const http: Listening = await listen(app, {
    host,
    port: options.port ?? config.PLUMBLINE_HTTP_PORT,
  });
  if (publicUrl === '') publicUrl = http.url;
  return {
    url: http.url,
    close: async () => {
      api.close();
      await http.close();
      await engine.stop();
    },
  };
}

function dialectsOf(
  config: SimulatorConfig,
  keys: LakalaKeys,
  payUrl: (payment: Payment) => string,
): ReadonlyMap<Gateway, Dialect> {
  const dialects = [
    mockDialect({ secret: config.PLUMBLINE_SIMULATOR_MOCK_SECRET, payUrl }),
    paypayDialect({
      apiKey: config.PLUMBLINE_SIMULATOR_PAYPAY_API_KEY,
      apiSecret: config.PLUMBLINE_SIMULATOR_PAYPAY_API_SECRET,
      merchantId: config.PLUMBLINE_SIMULATOR_PAYPAY_MERCHANT_ID,
      notifyUrl: config.PLUMBLINE_SIMULATOR_PAYPAY_NOTIFY_URL ?? null,
      payUrl,
    }),
    lakalaDialect({
      appid: config.PLUMBLINE_SIMULATOR_LAKALA_APPID,
      merchantSerialNo: config.PLUMBLINE_SIMULATOR_LAKALA_MERCHANT_SERIAL_NO,
      merchantPublicKey: keys.merchantPublicKey,
      serialNo: config.PLUMBLINE_SIMULATOR_LAKALA_SERIAL_NO,
      privateKey: keys.platformPrivateKey,
      merchantNo: config.PLUMBLINE_SIMULATOR_LAKALA_MERCHANT_NO,
      termNo: config.PLUMBLINE_SIMULATOR_LAKALA_TERM_NO,
      payUrl,
    }),
  ];
  return new Map(dialects.map((dialect) => [dialect.gateway, dialect]));
}
