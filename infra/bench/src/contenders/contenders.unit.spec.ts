import { describe, expect, it } from 'vitest';
import { restoreOf } from './plumbline.ts';
import { cpuSecondsOf, cpuSecondsOfTree, peakRssOf } from './process-figures.ts';
import { figuresTogether } from './several-processes.ts';

describe('what the kernel says of a process', () => {
  it('is read', () => {
    expect(peakRssOf('Name:\tnode\nVmHWM:\t  524288 kB\nVmRSS:\t 1 kB\n')).toBe(512);
    const stat = '42 (a (strange) name) S 1 2 3 4 5 6 7 8 9 10 250 150 0 0 20 0';
    expect(cpuSecondsOf(stat)).toBe(4);
  });

  it('is added up with what it started, ended ones included, and with nobody else', () => {
    const stat = (pid: number, parent: number, own: number, ended: number) =>
      `${pid} (postgres: x) S ${parent} 1 1 0 -1 0 0 0 0 0 ${own} ${own} ${ended} ${ended} 20 0`;
    const stats = [stat(7, 9, 50, 0), stat(8, 7, 25, 0), stat(9, 1, 100, 10), stat(10, 1, 999, 0)];
    expect(cpuSecondsOfTree(9, [...stats, ''])).toBe(3.7);
  });

  it('is nothing where it says nothing', () => {
    expect(peakRssOf('')).toBeNull();
    expect(cpuSecondsOf('')).toBeNull();
  });
});

describe('the figures of two processes', () => {
  it('are added up, and are nothing where one has none', () => {
    const one = { peakRssMiB: 100, cpuSeconds: 2 };
    expect(figuresTogether(one, { peakRssMiB: 50, cpuSeconds: null })).toEqual({
      peakRssMiB: 150,
      cpuSeconds: null,
    });
  });
});

describe('the restore of our process', () => {
  it('is read from its log: from the assignment to the last task', () => {
    const line = (time: string, message: string, restoredRecords?: number) =>
      JSON.stringify({ time: `2026-01-01T00:00:0${time}Z`, message, restoredRecords });
    const log = [
      line('0.000', 'listening'),
      line('1.000', 'assigned'),
      line('2.000', 'task runs', 10),
      'no JSON',
      line('3.500', 'task runs', 5),
    ];
    expect(restoreOf(log.join('\n'))).toEqual({ records: 15, elapsedMs: 2_500 });
  });
});
