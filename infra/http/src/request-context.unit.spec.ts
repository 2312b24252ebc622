import { describe, expect, it } from 'vitest';
import { actorHeader, anonymous, contextOf, serviceKeyHeader } from './request-context.ts';

const key = 'the-key-of-this-platform';
const actorOf = (
  headers: Readonly<Record<string, string | string[]>>,
  known: string | null = key,
) => contextOf(headers, known).actor;

describe('for whom a request asks', () => {
  it('is believed of a process that shows the key of the platform', () => {
    expect(actorOf({ [actorHeader]: 'user:u1', [serviceKeyHeader]: key })).toBe('user:u1');
  });

  it.each([
    ['without the key', { [actorHeader]: 'user:u1' }],
    ['with another key', { [actorHeader]: 'user:u1', [serviceKeyHeader]: `${key}!` }],
    ['with a part of the key', { [actorHeader]: 'user:u1', [serviceKeyHeader]: 'the-key' }],
    ['with the key twice', { [actorHeader]: 'user:u1', [serviceKeyHeader]: [key, key] }],
    ['as the system itself', { [actorHeader]: 'system:orders', [serviceKeyHeader]: key }],
    ['as a client with a key of its own', { [actorHeader]: 'api:demo', [serviceKeyHeader]: key }],
    ['as nobody', { [actorHeader]: 'user:', [serviceKeyHeader]: key }],
    ['in many words', { [actorHeader]: 'user:a b', [serviceKeyHeader]: key }],
    ['without saying for whom', { [serviceKeyHeader]: key }],
  ])('is not believed %s', (_how, headers) => {
    expect(actorOf(headers)).toBe(anonymous);
  });

  it('is believed of nobody where there is no key, not even of who shows none', () => {
    expect(actorOf({ [actorHeader]: 'user:u1', [serviceKeyHeader]: '' }, null)).toBe(anonymous);
    expect(actorOf({ [actorHeader]: 'user:u1' }, null)).toBe(anonymous);
  });
});
