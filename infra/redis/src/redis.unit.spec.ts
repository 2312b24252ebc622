import { describe, expect, it } from 'vitest';
import { isRedisDown, RedisDown } from './errors.ts';
import * as limits from './limits.ts';
import { reconnectWaitMs } from './open-redis.ts';

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });
const coded = (code: string): Error => Object.assign(new Error('broken'), { code });

describe('an error', () => {
  it.each([
    new RedisDown('away'),
    named('ReplyError', 'LOADING Redis is loading the dataset in memory'),
    named('ReplyError', "READONLY You can't write against a read only replica."),
    named('ReplyError', "OOM command not allowed when used memory > 'maxmemory'."),
    named('ReplyError', 'WRONGPASS invalid username-password pair'),
    named('MaxRetriesPerRequestError', 'Reached the max retries per request limit'),
    new Error("Stream isn't writeable and enableOfflineQueue options is false"),
    new Error('Connection is closed.'),
    new Error('Command timed out'),
    ...[coded('ECONNREFUSED'), coded('ECONNRESET'), coded('ENOTFOUND')],
  ])('%s says that Redis does not serve now', (error) => {
    expect(isRedisDown(error)).toBe(true);
  });

  it.each([
    named('ReplyError', 'WRONGTYPE Operation against a key holding the wrong kind of value'),
    named('ReplyError', 'ERR LOADING is no command'),
    named('ReplyError', 'BUSYGROUP Consumer Group name already exists'),
    ...[new TypeError('x is not a function'), coded('ENOENT'), 'away', null],
  ])('%s says something else', (error) => {
    expect(isRedisDown(error)).toBe(false);
  });
});

it('waits longer from attempt to attempt, up to the longest, and never less than half of it', () => {
  const { first, max } = limits.reconnectMs;
  expect(reconnectWaitMs(1, 1)).toBe(first);
  expect(reconnectWaitMs(1, 0)).toBe(first / 2);
  expect(reconnectWaitMs(3, 1)).toBe(4 * first);
  for (const attempt of [10, 1_000, 1e9]) expect(reconnectWaitMs(attempt, 1)).toBe(max);
});
