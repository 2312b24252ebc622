import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyLimits } from './limits.ts';

/**
 * Which process has a copy open. It is not what keeps two of them apart, which LMDB's transactions and
 * the compare-and-set on the checkpoint do: it keeps one from waiting for another. A process that is
 * stopped in the middle of a transaction holds LMDB's lock for as long as it is stopped.
 *
 *     nobody's ──open──► ours ──close──► nobody's
 *        ▲                 │ killed: the owner is dead
 *        └─────────────────┘
 *     a running owner is waited for; a stopped one, or one that does not let go, keeps the old
 *     file, which has no name any more, and the copy begins anew
 */
interface Owner {
  readonly pid: number;
  /** Of the process, so that a pid that was given out again is not mistaken for it. */
  readonly startedAt: string;
  /** A pid means nothing in another container. */
  readonly namespace: string;
  /** Whether it has had the copy open for a while. */
  readonly settled: boolean;
  /** Owners in a row, before this one, that died before they had settled. */
  readonly quickDeaths: number;
  /** Owners in a row, before this one, that died with the copy open. */
  readonly deaths: number;
}

type History = Pick<Owner, 'settled' | 'quickDeaths' | 'deaths'>;

const ownerFile = 'owner.json';
const damagedFile = 'damaged';
/** After the partition's number, in the name of a copy that is being deleted. */
const leftBehind = '.left-';

interface ProcessStat {
  readonly state: string;
  readonly startedAt: string;
}

/** Null where there is no such process, or none can be seen. */
function statOf(pid: number): ProcessStat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Fields after the command, which is in parentheses and may contain anything: proc(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return process.platform === 'linux' ? null : statBySignal(pid);
  }
}

function statBySignal(pid: number): ProcessStat | null {
  try {
    process.kill(pid, 0);
    return { state: 'R', startedAt: '' };
  } catch {
    return null;
  }
}

function namespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

const self = {
  pid: process.pid,
  startedAt: statOf(process.pid)?.startedAt ?? '',
  namespace: namespaceOf(),
};

const isSelf = ({ pid, startedAt, namespace }: Owner): boolean =>
  pid === self.pid && startedAt === self.startedAt && namespace === self.namespace;

function readOwner(folder: string): Owner | null {
  try {
    return JSON.parse(readFileSync(join(folder, ownerFile), 'utf8')) as Owner;
  } catch {
    return null;
  }
}

type Presence = 'running' | 'stopped' | 'gone';

function presenceOf(owner: Owner): Presence {
  // Nothing is known of a process in another container: then the compare-and-set has to do.
  if (owner.namespace !== self.namespace) return 'gone';
  const stat = statOf(owner.pid);
  if (stat === null || stat.startedAt !== owner.startedAt || 'ZX'.includes(stat.state))
    return 'gone';
  return 'Tt'.includes(stat.state) ? 'stopped' : 'running';
}

/**
 * Waits until nobody else has the copy in this folder open, makes it ours, and the folder if need be.
 * What cannot be used is thrown away first, and `why` said.
 */
export async function takeCopy(
  folder: string,
  thrownAway: (why: string) => void,
): Promise<{ readonly suspect: boolean }> {
  const until = performance.now() + copyLimits.handoverMs;
  removeLeftovers(folder);
  for (;;) {
    mkdirSync(folder, { recursive: true });
    const owner = readOwner(folder);
    const presence = owner === null || isSelf(owner) ? 'gone' : presenceOf(owner);
    if (presence === 'gone') {
      const history = historyOf(owner);
      const why = isMarked(folder)
        ? 'it was found damaged'
        : history.quickDeaths >= copyLimits.quickDeathsMax
          ? `${history.quickDeaths} processes in a row died just after opening it`
          : null;
      if (why === null) {
        writeOwner(folder, history);
        return { suspect: history.deaths >= copyLimits.deathsMax };
      }
      thrownAway(why);
      throwAway(folder);
    } else if (presence === 'stopped' || performance.now() > until) {
      thrownAway(`process ${owner?.pid ?? 0}, which is ${presence}, does not let go of it`);
      throwAway(folder);
    } else await sleep(copyLimits.handoverPollMs);
  }
}

function historyOf(before: Owner | null): History {
  if (before?.namespace !== self.namespace) return { settled: false, quickDeaths: 0, deaths: 0 };
  const died = isSelf(before) ? 0 : 1;
  return {
    settled: false,
    quickDeaths: before.settled ? 0 : before.quickDeaths + died,
    deaths: before.deaths + died,
  };
}

function writeOwner(folder: string, history: History): void {
  const owner: Owner = { ...self, ...history };
  const partial = join(folder, `${ownerFile}.${self.pid}`);
  writeFileSync(partial, JSON.stringify(owner));
  renameSync(partial, join(folder, ownerFile));
}

/** Says that the copy can be read: whatever this process dies of later, it is not the copy. */
export function settleCopy(folder: string): void {
  const owner = readOwner(folder);
  if (owner === null || !isSelf(owner)) return;
  writeOwner(folder, { settled: true, quickDeaths: 0, deaths: owner.deaths });
}

/** Lets others have the copy. */
export function leaveCopy(folder: string): void {
  const owner = readOwner(folder);
  if (owner !== null && isSelf(owner)) rmSync(join(folder, ownerFile), { force: true });
}

/** Has the copy thrown away when it is opened next. */
export function markDamaged(folder: string): void {
  writeFileSync(join(folder, damagedFile), '');
}

function isMarked(folder: string): boolean {
  return readdirSync(folder).includes(damagedFile);
}

/** Takes the name from the file at once. Whoever has it open keeps it, and nobody finds it again. */
export function throwAway(folder: string): void {
  const left = `${folder}${leftBehind}${randomUUID()}`;
  try {
    renameSync(folder, left);
  } catch (error) {
    // Somebody else was faster.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  rmSync(left, { recursive: true, force: true });
}

/** What a process was killed at deleting. */
function removeLeftovers(folder: string): void {
  const parent = dirname(folder);
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${basename(folder)}${leftBehind}`))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}
