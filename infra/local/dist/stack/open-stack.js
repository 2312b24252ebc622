import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { localConfig } from "../config.js";
import { LocalStackError } from "../errors.js";
import { allParts } from "../parts/all-parts.js";
import { freeStackPorts, requireFreePorts } from "../ports.js";
import { foldersOf } from "../paths.js";
import { ownIdentity, signal as sendSignal, stopProcess } from "../process/identity.js";
import { silent } from "../report.js";
import { partNames } from "../stack-definition.js";
import { addressesOf } from "./addresses.js";
import { takeLock } from "./lock.js";
import { livingParts, readRunState, removeRunState, waitForOrphans, writeRunState, } from "./run-state.js";
import { logFileOf, startPart, startParts, stopParts } from "./running-parts.js";
/**
 * Starts servers of their own: for tests, the demo and `start`.
 *
 * Errors: LocalStackError with what to do about it; then nothing is left running.
 */
export async function openStack(options) {
    const config = localConfig(process.env);
    const temporary = options.home === undefined;
    const home = options.home ? resolve(options.home) : await temporaryHome();
    const report = options.report ?? silent;
    const names = partNames.filter((name) => options.parts?.includes(name) ?? true);
    for (const name of names)
        for (const need of allParts[name].after)
            if (!names.includes(need))
                throw new LocalStackError(`${name} needs ${need}`);
    const context = {
        folders: foldersOf(home),
        cacheFolder: options.cacheFolder ?? config.cacheFolder,
        ports: await portsFor(options.ports, config.ports),
        report,
        ...(options.signal ? { signal: options.signal } : {}),
    };
    const { runFile, lockFile } = context.folders;
    const purpose = options.purpose ?? 'a test or tool';
    const lock = await takeLock({ file: lockFile, purpose, report });
    const owner = { ...ownIdentity(), purpose };
    const running = new Map();
    try {
        await requireNothingRunning(runFile);
        await requireFreePorts(context.ports, names.flatMap((name) => allParts[name].ports));
        const started = await startParts(names, context, async (part) => {
            running.set(part.name, part);
            await writeRunState(runFile, runStateOf(context.ports, owner, running));
        });
        return stackOf({ options, context, owner, running: new Map(started), lock, temporary });
    }
    catch (error) {
        await removeRunState(runFile);
        await lock.release();
        if (temporary)
            await removeHome(home);
        throw error;
    }
}
const temporaryHome = () => mkdtemp(join(tmpdir(), 'plumbline-stack-'));
async function portsFor(wanted, configured) {
    if (wanted === 'free')
        return freeStackPorts();
    return wanted === 'default' ? configured : wanted;
}
async function requireNothingRunning(runFile) {
    const state = await readRunState(runFile);
    await waitForOrphans(state);
    const living = livingParts(state);
    if (living.size > 0)
        throw new LocalStackError(`this stack is running already (${[...living.keys()].join(', ')}): stop it first with: npm run stack -- down`);
}
/** What the run file says. */
export function runStateOf(ports, owner, running) {
    const parts = {};
    for (const [name, { child, startedAt }] of running)
        parts[name] = { ...child.identity, startedAt };
    return { ports, parts, ...(owner ? { owner } : {}) };
}
async function removeHome(home) {
    for (const part of Object.values(allParts))
        for (const folder of part.extraFolders?.({ folders: foldersOf(home) }) ?? [])
            await rm(folder, { recursive: true, force: true });
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
}
function stackOf(opened) {
    const { context, running, options } = opened;
    const { home, runFile } = context.folders;
    /** Parts that were told to end: their end is no surprise. */
    const expected = new Set();
    let stopping = null;
    /** Restarts, one after the other; the stop waits for them and cuts them short. */
    let restarts = Promise.resolve();
    const ending = new AbortController();
    const watch = (part) => {
        void part.child.exited.then(() => {
            if (!expected.has(part))
                options.onPartLost?.(part.name);
        });
    };
    const partOf = (name) => {
        const part = running.get(name);
        if (!part)
            throw new LocalStackError(`${name} is not a part of this stack`);
        return part;
    };
    const stopAll = async () => {
        ending.abort(new LocalStackError('the stack is being stopped'));
        await restarts.catch(() => undefined);
        for (const part of running.values())
            expected.add(part);
        await stopParts(new Map([...running].map(([name, part]) => [name, part.child.identity])));
        await removeRunState(runFile);
        await opened.lock.release();
        if (opened.temporary)
            await removeHome(home);
    };
    const restartNow = async (name) => {
        ending.signal.throwIfAborted();
        const old = partOf(name);
        expected.add(old);
        const timeoutMs = restartPatienceMs;
        await stopProcess(old.child.identity, { signal: allParts[name].stopSignal, timeoutMs });
        const part = await startPart(name, { ...context, report: silent, signal: ending.signal });
        running.set(name, part);
        watch(part);
        await writeRunState(runFile, runStateOf(context.ports, opened.owner, running));
    };
    for (const part of running.values())
        watch(part);
    return {
        ...addressesOf(context.ports),
        home,
        ports: context.ports,
        pid: (name) => partOf(name).child.identity.pid,
        logFile: (name) => logFileOf(context, name),
        killPart: (name, signal = 'SIGKILL') => {
            expected.add(partOf(name));
            sendSignal(partOf(name).child.identity, signal);
        },
        restartPart: (name) => {
            const restart = restarts.then(() => restartNow(name));
            restarts = restart.catch(() => undefined);
            return restart;
        },
        stop: () => (stopping ??= stopAll()),
    };
}
/** A part that a test has stopped with SIGSTOP ignores the polite signal. */
const restartPatienceMs = 10_000;
//# sourceMappingURL=open-stack.js.map