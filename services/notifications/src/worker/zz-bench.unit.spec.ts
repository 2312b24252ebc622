import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@plumbline/kafka';
import { createMetrics, silentLogger } from '@plumbline/observability';
import { expect, it } from 'vitest';
import { openDeliveryWorker } from './delivery-worker.ts';
import { createDuePartition } from './testing/due-partition.ts';
it('bench', async () => {
  const part = createDuePartition(0);
  let n = 0;
  const worker = openDeliveryWorker({
    clock: systemClock, wallClockMs: Date.now, brokerNowMs: () => Date.now(), logger: silentLogger,
    metrics: createMetrics({ service: 't', processMetrics: false }),
    prepare: (due) => Promise.resolve({ kind: 'ready', url: 'x', headers: {}, body: Buffer.from(due.notificationId) }),
    outbound: { post: async () => { await sleep(20); return { kind: 'answered', status: 200, headers: {}, body: Buffer.alloc(0), bodyTruncated: false, timing: { dnsMs: null, connectMs: null, firstByteMs: null } }; } },
    report: async (due) => { await sleep(10); n += 1; part.delete(`d/${due.laneKey}/${String(due.dueMs).padStart(15, '0')}/${due.notificationId}`); return 'written'; },
    health: () => Promise.resolve(),
  });
  for (let i = 0; i < 20_000; i += 1) {
    const due = { key: 'k', notificationId: `n${i}`, laneKey: `ep_${i % 100}`, attempt: 1, isFirst: true, dueMs: 1_800_000_000_000 + i, orderKey: 'o', correlationId: 'c', traceparent: null, notification: {} };
    part.set(`d/${due.laneKey}/${String(due.dueMs).padStart(15, '0')}/${due.notificationId}`, due);
  }
  const at = performance.now(); const cpu = process.cpuUsage();
  part.open(worker.following);
  while (n < 20_000) await sleep(10);
  const c = process.cpuUsage(cpu);
  process.stderr.write(`BENCH ${20_000 / ((performance.now() - at) / 1e3)}/s cpu ${(c.user + c.system) / 1e3 / 20_000} ms each\n`);
  await worker.close();
  expect(n).toBe(20_000);
}, 60_000);
