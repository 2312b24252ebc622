import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError, messageOf } from "../errors.js";
import { allParts } from "../parts/all-parts.js";
import { foldersOf } from "../paths.js";
import { requireFreePorts } from "../ports.js";
import { isAlive } from "../process/identity.js";
import { partLine } from "../report.js";
import { partNames, partTitles, portVariables } from "../stack-definition.js";
import { addressesOf } from "./addresses.js";
import { readHolder, takeLock } from "./lock.js";
import { logFileOf, startParts, stopParts } from "./running-parts.js";
import { livingParts, readRunState, removeRunState, waitForOrphans, writeRunState, } from "./run-state.js";
const contextOf = ({ config, report, signal }) => ({
    folders: foldersOf(config.home),
    cacheFolder: config.cacheFolder,
    ports: config.ports,
    report,
    ...(signal ? { signal } : {}),
});
/**
 * Starts what does not run, and returns when every part is healthy. While it works, the parts it
 * started end with it, even by SIGKILL; only when all are healthy are they let go.
 */
export async function stackUp(options) {
    const context = contextOf(options);
    const { report } = options;
    const { runFile, lockFile } = context.folders;
    const lock = await takeLock({ file: lockFile, purpose: 'stack up', report });
    try {
        const state = await readRunState(runFile);
        await waitForOrphans(state);
        const living = livingParts(state);
        requireSamePorts(state, living, context);
        for (const name of living.keys()) {
            await checkLiving(name, context);
            report(partLine(name, `is running on 127.0.0.1:${context.ports[name]}`));
        }
        const missing = partNames.filter((name) => !living.has(name));
        await requireFreePorts(context.ports, missing.flatMap((name) => allParts[name].ports));
        const parts = {};
        for (const name of living.keys()) {
            const known = state?.parts[name];
            if (known)
                parts[name] = known;
        }
        const record = ({ name, child, startedAt }) => {
            parts[name] = { ...child.identity, startedAt };
            return writeRunState(runFile, { ports: context.ports, parts });
        };
        const started = await startParts(missing, context, record);
        for (const part of started.values())
            await part.child.release();
        return addressesOf(context.ports);
    }
    finally {
        await lock.release();
    }
}
function requireSamePorts(state, living, context) {
    for (const name of living.keys())
        for (const use of allParts[name].ports)
            if (state && state.ports[use] !== context.ports[use])
                throw new LocalStackError(`${partTitles[name]} runs on port ${state.ports[use]}, and ${portVariables[use]} asks for ${context.ports[use]}: stop the stack first with: npm run stack -- down`);
}
async function checkLiving(name, context) {
    try {
        await allParts[name].check(context);
    }
    catch (error) {
        throw new LocalStackError(`${partTitles[name]} runs and does not answer (${messageOf(error)}); its log is ${logFileOf(context, name)}. Stop the stack with: npm run stack -- down`);
    }
}
export async function stackDown(options) {
    const context = contextOf(options);
    const { runFile, lockFile } = context.folders;
    const lock = await takeLock({ file: lockFile, purpose: 'stack down', report: options.report });
    try {
        const state = await readRunState(runFile);
        await waitForOrphans(state);
        const living = livingParts(state);
        if (living.size === 0)
            options.report('  nothing was running');
        await stopParts(living, (name, ending) => options.report(partLine(name, ending)));
        await removeRunState(runFile);
    }
    finally {
        await lock.release();
    }
}
/** Asks every part; changes nothing. */
export async function stackStatus(options) {
    const configured = contextOf(options);
    const state = await readRunState(configured.folders.runFile);
    const context = { ...configured, ports: state?.ports ?? configured.ports };
    const parts = await Promise.all(partNames.map((name) => statusOf(name, state, context)));
    const healthy = parts.every((part) => part.health === 'healthy');
    const holder = await readHolder(context.folders.lockFile);
    return {
        home: options.config.home,
        heldBy: holder && isAlive(holder) ? `${holder.purpose} (process ${holder.pid})` : null,
        parts,
        addresses: healthy ? addressesOf(context.ports) : null,
    };
}
async function statusOf(name, state, context) {
    const part = state?.parts[name];
    const base = { name, port: context.ports[name], logFile: logFileOf(context, name) };
    if (!part)
        return { ...base, health: 'not started', pid: null, detail: '' };
    if (!isAlive(part))
        return { ...base, health: 'dead', pid: null, detail: `was process ${part.pid}` };
    try {
        await allParts[name].check(context);
        return { ...base, health: 'healthy', pid: part.pid, detail: `since ${part.startedAt}` };
    }
    catch (error) {
        return { ...base, health: 'not answering', pid: part.pid, detail: messageOf(error) };
    }
}
/** Stops the stack and deletes its data and logs: the whole log of events is gone then. */
export async function stackReset(options) {
    await stackDown(options);
    const { folders } = contextOf(options);
    const lock = await takeLock({
        file: folders.lockFile,
        purpose: 'stack reset',
        report: options.report,
    });
    try {
        const extra = Object.values(allParts).flatMap((part) => part.extraFolders?.({ folders }) ?? []);
        for (const folder of [folders.data, folders.logs, folders.conf, ...extra])
            await rm(folder, { recursive: true, force: true });
        options.report(`  deleted data and logs in ${folders.home}`);
    }
    finally {
        await lock.release();
    }
}
/** What `reset` would delete, for the question before it; empty if there is nothing. */
export async function dataOf(options) {
    const { data } = contextOf(options).folders;
    const names = await readdir(data).catch(() => []);
    return names.map((name) => join(data, name));
}
//# sourceMappingURL=detached-stack.js.map