import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { peerIsVetted } from './connect.ts';
import { createConnections } from './connections.ts';
import { beginCourse } from './course.ts';
import { done, failed } from './failures.ts';
import { judgeAddress } from './judge-address.ts';
import { strictPolicy } from './policy.ts';

const none = new AbortController().signal;
const courseOf = (signal?: AbortSignal) =>
  beginCourse({ deadlineMs: 5_000, signal, closing: none });

it('a place goes on to the next when the one that was woken gives up in that moment', async () => {
  const connections = createConnections({ perOriginMax: 1, max: 10, nowMs: () => 0 });
  const origin = 'https://hooks.example';
  const course = courseOf();
  const held = await connections.lease({
    ...{ origin, course },
    open: () => Promise.resolve(done(new Socket())),
  });
  const caller = new AbortController();
  const giving = courseOf(caller.signal);
  const open = () => Promise.resolve(failed('CONNECT_REFUSED', 'opened'));
  const woken = connections.lease({ origin, course: giving, open });
  const next = connections.lease({ origin, course, open });
  await Promise.resolve();
  if (held.ok) held.value.release({ reusable: false });
  caller.abort();
  expect(await woken).toMatchObject({ code: 'ABORTED' });
  expect(await next).toMatchObject({ message: 'opened' });
  expect(await connections.lease({ origin, course, open })).toMatchObject({ message: 'opened' });
  course.over();
  giving.over();
});

it("one that waited and gave up leaves the queue, and takes nobody's place", async () => {
  const connections = createConnections({ perOriginMax: 1, max: 10, nowMs: () => 0 });
  const origin = 'https://hooks.example';
  let fail: () => void = () => undefined;
  const course = courseOf();
  const holder = connections.lease({
    ...{ origin, course },
    open: () =>
      new Promise((resolve) => {
        fail = () => resolve(failed('CONNECT_REFUSED', 'first'));
      }),
  });
  await Promise.resolve();
  const caller = new AbortController();
  const giving = courseOf(caller.signal);
  let opening = 0;
  let openingMax = 0;
  const open = async () => {
    opening += 1;
    openingMax = Math.max(openingMax, opening);
    await new Promise((resolve) => setTimeout(resolve, 1));
    opening -= 1;
    return failed('CONNECT_REFUSED', 'opened');
  };
  const waiting = connections.lease({ origin, course: giving, open });
  caller.abort();
  expect(await waiting).toMatchObject({ code: 'ABORTED' });
  const others = [1, 2, 3].map(() => connections.lease({ origin, course, open }));
  fail();
  await holder;
  for (const other of await Promise.all(others)) expect(other).toMatchObject({ message: 'opened' });
  expect(openingMax).toBe(1);
  course.over();
  giving.over();
});

it('a peer has to be the one that was dialled, and one that may be called', () => {
  const isRight = peerIsVetted((address) => judgeAddress(address, strictPolicy));
  const [one, other] = ['93.184.215.14', '93.184.215.15'];
  expect(isRight({ found: one, dialled: one })).toBe(true);
  expect(isRight({ found: other, dialled: one })).toBe(false);
  expect(isRight({ found: '10.0.0.1', dialled: '10.0.0.1' })).toBe(false);
});
