import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mockMerchant } from '../testing/merchants.ts';
import type { TestSimulator } from '../testing/simulator.ts';
import { call, startSimulator } from '../testing/simulator.ts';

let simulator: TestSimulator;
let merchant: ReturnType<typeof mockMerchant>;

beforeEach(async () => {
  simulator = await startSimulator();
  merchant = mockMerchant(simulator.url);
});
afterEach(() => simulator.close());

const press = (path: string, button: string) =>
  call(`${simulator.url}/pay/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `do=${button}`,
  });
const open = (path: string) => call(`${simulator.url}/pay/${path}`, { method: 'GET' });

describe('the pay page', () => {
  it('shows what is to be paid, escaped, with no script and a strict policy', async () => {
    const subject = `<script>alert("x")</script> & 'cups'`;
    const returnUrl = 'https://shop.example/back?a=1&b="2"';
    await merchant.create('PAY1', { subject, returnUrl });
    const page = await open('mock/PAY1');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('99.99 CNY');
    expect(page.text).toContain(
      '&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;cups&#39;',
    );
    expect(page.text).not.toContain('<script');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("form-action 'self' https://shop.example;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('pays, and sends the payer back', async () => {
    await merchant.create('PAY1', { returnUrl: 'https://shop.example/back?order=1' });
    const paid = await press('mock/PAY1', 'pay');
    expect([paid.status, paid.headers.get('location')]).toEqual([
      ...[303, 'https://shop.example/back?order=1'],
    ]);
    expect((await merchant.query('PAY1')).json['status']).toBe('SUCCESS');
    const page = await open('mock/PAY1');
    expect(page.text).toContain('is paid');
    expect(page.text).not.toContain('<form');
  });

  it('declines, and stays when there is nowhere to go', async () => {
    await merchant.create('PAY1');
    const declined = await press('mock/PAY1', 'decline');
    expect(declined.status).toBe(200);
    expect(declined.text).toContain('was declined');
    expect((await merchant.query('PAY1')).json['status']).toBe('FAILED');
  });

  it('pays once, and nothing that is closed', async () => {
    await merchant.create('PAY1');
    expect((await press('mock/PAY1', 'pay')).status).toBe(200);
    expect((await press('mock/PAY1', 'pay')).status).toBe(409);
    expect((await press('mock/PAY1', 'decline')).status).toBe(409);
    await merchant.create('PAY2');
    await merchant.close('PAY2');
    expect((await press('mock/PAY2', 'pay')).status).toBe(409);
  });

  it.each(['mock/NONE', 'visa/PAY1', 'paypay/PAY1'])('is not there for %s', async (path) => {
    await merchant.create('PAY1');
    expect((await open(path)).status).toBe(404);
    expect((await press(path, 'pay')).status).toBe(404);
  });

  it('takes nothing but its own two buttons', async () => {
    await merchant.create('PAY1');
    expect((await press('mock/PAY1', 'refund')).status).toBe(400);
    expect((await press('mock/PAY1', 'x'.repeat(2_000))).status).toBe(400);
    expect((await call(`${simulator.url}/pay/mock/PAY1`, { method: 'PUT' })).status).toBe(405);
    expect((await merchant.query('PAY1')).json['status']).toBe('PENDING');
  });
});
