import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from './index.ts';
import { createLogger, registerSecret, silentLogger, withCorrelation } from './index.ts';

function capture(level: LogLevel = 'debug') {
  const text: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text.push(chunk.toString());
      done();
    },
  });
  const logger = createLogger({ service: 'payments', level, stream });
  const lines = () =>
    text
      .join('')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, text: () => text.join('') };
}

describe('createLogger', () => {
  it('writes one JSON line with time, level, service, message and fields', () => {
    const { logger, lines } = capture();
    logger.child({ task: 'payments-3' }).info('decided', { offset: 12n, at: new Date(0) });
    expect(lines()).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as unknown,
        level: 'info',
        service: 'payments',
        message: 'decided',
        task: 'payments-3',
        offset: '12',
        at: '1970-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('keeps to its level', () => {
    const { logger, lines } = capture('warn');
    logger.debug('no');
    logger.info('no');
    logger.warn('yes');
    logger.error('yes');
    expect(lines().map((line) => line['level'])).toEqual(['warn', 'error']);
  });

  it('lets no field pass for one of its own', () => {
    const { logger, lines } = capture();
    logger.info('real', { message: 'forged', level: 'error', service: 'x' });
    expect(lines()[0]).toMatchObject({
      message: 'real',
      message_: 'forged',
      level: 'info',
      level_: 'error',
      service: 'payments',
    });
  });

  it('adds the correlation of the work at hand, over awaits', async () => {
    const { logger, lines } = capture();
    await withCorrelation({ correlationId: 'c-1' }, async () => {
      await Promise.resolve();
      logger.info('inside');
    });
    logger.info('outside');
    expect(lines().map((line) => line['correlationId'])).toEqual(['c-1', undefined]);
  });

  it('shows errors with name, message, stack, own fields and cause', () => {
    const { logger, lines } = capture();
    const error = Object.assign(new TypeError('broken', { cause: new Error('root') }), { code: 7 });
    logger.error('failed', { error });
    expect(lines()[0]?.['error']).toMatchObject({
      name: 'TypeError',
      message: 'broken',
      stack: expect.stringContaining('logger.unit.spec') as unknown,
      code: 7,
      cause: { name: 'Error', message: 'root' },
    });
  });

  it('survives whatever it is given', () => {
    const { logger, lines } = capture();
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    let deep: unknown = 'bottom';
    for (let i = 0; i < 50; i += 1) deep = { deep };
    const trap = {
      get boom(): string {
        throw new Error('no');
      },
    };
    const long = 'x'.repeat(20_000);
    logger.info('odd', {
      circle,
      deep,
      trap,
      long,
      list: Array.from({ length: 200 }, (_, i) => i),
      bytes: Buffer.from('abc'),
      map: new Map([['password', 'p']]),
      fn: () => 1,
      never: undefined,
    });
    const line = lines()[0] ?? {};
    expect(line['circle']).toEqual({ self: '[circular]' });
    expect(line['trap']).toEqual({ boom: '[unreadable]' });
    expect(line['bytes']).toBe('[3 bytes]');
    expect(line['map']).toEqual({ password: '***' });
    expect(line['list']).toHaveLength(101);
    expect(String(line['long']).length).toBeLessThan(8_300);
  });

  it('has a silent twin', () => {
    expect(silentLogger.child({ a: 1 })).toBe(silentLogger);
    expect(() => silentLogger.error('nothing')).not.toThrow();
  });
});

describe('redaction', () => {
  it.each([
    'authorization',
    'Authorization',
    'X-Api-Key',
    'apiKey',
    'password',
    'PLUMBLINE_KAFKA_SASL_PASSWORD',
    'callbackSecret',
    'signature',
    'sign',
    'set-cookie',
    'accessToken',
    'private_key',
  ])('masks %s at any depth', (key) => {
    const { logger, lines, text } = capture();
    logger.info('request', { a: [{ b: { [key]: 'sensitive-value', other: 'seen' } }] });
    expect(text()).not.toContain('sensitive-value');
    expect(lines()[0]?.['a']).toEqual([{ b: { [key]: '***', other: 'seen' } }]);
  });

  it('leaves ordinary keys alone', () => {
    const { logger, lines } = capture();
    const fields = { orderNo: 'o', payNo: 'p', design: 'd', author: 'a' };
    logger.info('request', fields);
    expect(lines()[0]).toMatchObject({ orderNo: 'o', payNo: 'p', design: 'd', author: 'a' });
  });

  it('masks registered secrets in any text, stack traces and keys, the longest first', () => {
    registerSecret('s3cret-value');
    registerSecret('s3cret-value-and-more');
    registerSecret('with space/slash');
    const { logger, text } = capture();
    logger.error('got s3cret-value-and-more', {
      error: new Error('bad key s3cret-value'),
      note: 'x=with%20space%2Fslash',
      'key s3cret-value': 1,
    });
    expect(text()).not.toMatch(/s3cret|and-more|with%20space/);
    expect(text()).toContain('got ***"');
  });

  it('masks passwords in URLs', () => {
    const { logger, text } = capture();
    logger.info('connecting to postgres://plumbline:hunter2@127.0.0.1:15432/plumbline');
    expect(text()).toContain('postgres://plumbline:***@127.0.0.1:15432/plumbline');
  });
});
