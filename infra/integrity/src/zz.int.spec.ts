import { hasPython, localConfig } from '@plumbline/local';
import { expect, it } from 'vitest';
import { openTestBff } from '../../../services/bff/src/testing/open-test-bff.ts';
import { fine } from '../../../services/bff/src/testing/fake-service.ts';
import { alert, placed, queries, shop, shownOrder } from '../../../services/bff/src/testing/shapes.ts';
import { examine, openPython } from './schemathesis/run-schemathesis.ts';

it('describes', async () => {
  hasPython();
  const { cacheFolder } = localConfig(process.env);
  const python = await openPython({ cacheFolder, report: () => undefined });
  const bff = await openTestBff({ redisUrl: process.env['PLUMBLINE_TEST_REDIS'] ?? '' });
  const token = await bff.idToken('me', ['operator']);
  const known = { orders: [shownOrder('o-1', 'x')], alerts: [alert('a-1', 'o-1')] };
  bff.services.queries.answer = ({ path }) => queries(path, known);
  bff.services.inventory.answer = ({ path }) => shop(path);
  bff.services.accounts.answer = () => fine({ balances: [] });
  bff.services.payments.answer = ({ path }) => fine({ orderNo: 'o-1', payUrl: null, path });
  bff.services.orders.answer = ({ body, path }) => fine(placed(path === '/orders' ? JSON.parse(body.toString()) as Record<string, unknown> : { orderNo: 'o-1', items: [], amount: 1, currency: 'CNY' }));
  const r = await examine({
    python, url: bff.url, apiKey: token, examples: 15, seed: 7, timeoutMs: 200_000,
    known: { 'path.orderNo': 'o-1', 'path.alertId': 'a-1', 'path.gateway': 'lakala' },
  });
  process.stdout.write(`calls ${r.calls} cases ${r.cases}\n${r.wrong ?? 'nothing wrong'}\n`);
  await bff.close();
  expect(1).toBe(1);
}, 300_000);
