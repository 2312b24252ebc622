import { describeConfig, parseConfig } from '@plumbline/config';
import { topics } from '@plumbline/events';
import { describe, expect, it } from 'vitest';
import { delayTopicsOf, ladderOf, schema, target } from './config.ts';

const parse = (env: Readonly<Record<string, string>>) => parseConfig(schema, env);

describe('the configuration of the delays', () => {
  it('has by default the ladder of the contract, on the port of the process', () => {
    const config = parse({});
    expect(config.PLUMBLINE_HTTP_PORT).toBe(8_093);
    expect(delayTopicsOf(config).map(({ name }) => name)).toEqual(
      ['30s', '1m', '5m', '15m', '30m'].map((level) => `plumbline-delay.${level}`),
    );
    const row = describeConfig(schema).find(({ name }) => name === 'PLUMBLINE_DELAY_LEVELS');
    expect(row?.default).toBe('30s,1m,5m,15m,30m');
  });

  it('takes another ladder', () => {
    const config = parse({ PLUMBLINE_DELAY_PREFIX: 'retry', PLUMBLINE_DELAY_LEVELS: '2h, 1500ms' });
    expect(ladderOf(config)).toEqual({ prefix: 'retry', levelsMs: [1_500, 7_200_000] });
  });

  it.each([
    [{ PLUMBLINE_DELAY_LEVELS: '30s,soon' }, "has 'soon', which is no delay"],
    [{ PLUMBLINE_DELAY_LEVELS: '1m,60s' }, 'names 1m twice'],
    [{ PLUMBLINE_DELAY_PREFIX: 'a/b' }, 'is not 1 to 200 of'],
  ])('refuses %j', (env, message) => {
    expect(() => parse(env)).toThrow(message);
  });

  it('lets wait only what the target takes', () => {
    expect(target).toBe(topics.notificationsCommands.name);
    for (const { records } of delayTopicsOf(parse({}))) {
      for (const record of records) expect(topics.notificationsCommands.records).toContain(record);
    }
  });
});
