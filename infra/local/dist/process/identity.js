import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { killTimeoutMs } from "../limits.js";
/** The start token of a living process; `null` if there is none (a zombie counts as none). */
export function startTokenOf(pid) {
    return process.platform === 'linux' ? tokenFromProc(pid) : tokenFromPs(pid);
}
function tokenFromProc(pid) {
    try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        // Fields after the command, which is in parentheses and may contain anything: proc(5).
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const [state, startTicks] = [fields[0], fields[19]];
        if (state === undefined || startTicks === undefined || 'ZX'.includes(state))
            return null;
        return `${bootId()}-${startTicks}`;
    }
    catch {
        return null;
    }
}
const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim().slice(0, 8);
function tokenFromPs(pid) {
    try {
        const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
        }).trim();
        return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
    }
    catch {
        return null;
    }
}
export const isAlive = (of) => startTokenOf(of.pid) === of.startToken;
/** This process, for lock files. */
export const ownIdentity = () => ({
    pid: process.pid,
    startToken: startTokenOf(process.pid) ?? 'unknown',
});
/** Sends a signal if the process still is the same one. False if it is gone. */
export function signal(to, name) {
    if (!isAlive(to))
        return false;
    try {
        process.kill(to.pid, name);
        return true;
    }
    catch {
        return false;
    }
}
const pollMs = 50;
/** True if it ended within the time. */
export async function waitUntilGone(of, timeoutMs) {
    const deadline = performance.now() + timeoutMs;
    while (isAlive(of)) {
        if (performance.now() > deadline)
            return false;
        await sleep(pollMs);
    }
    return true;
}
/** Polite signal first, then SIGKILL. Errors: a plain Error if not even that ended it. */
export async function stopProcess(target, options) {
    if (!signal(target, options.signal))
        return 'gone';
    if (await waitUntilGone(target, options.timeoutMs))
        return 'stopped';
    signal(target, 'SIGKILL');
    if (await waitUntilGone(target, killTimeoutMs))
        return 'killed';
    throw new Error(`process ${target.pid} does not end, not even on SIGKILL`);
}
//# sourceMappingURL=identity.js.map