import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError, messageOf } from "../errors.js";
import { healthPollMs, progressEveryMs, shownLogLines, startTimeoutMs, stopTimeoutMs, } from "../limits.js";
import { allParts } from "../parts/all-parts.js";
import { startChild } from "../process/child.js";
import { stopProcess } from "../process/identity.js";
import { partLine, secondsSince } from "../report.js";
import { partNames, partTitles } from "../stack-definition.js";
export const logFileOf = (context, name) => join(context.folders.logs, `${name}.log`);
/**
 * Starts one part and waits until it answers. `onStarted` is called as soon as there is a process,
 * so that it can be written down.
 *
 * Errors: {@link LocalStackError} with the end of its log when it ends or does not answer; then
 * nothing of it is left running.
 */
export async function startPart(name, context, options = {}) {
    const part = allParts[name];
    const launch = await part.prepare(context);
    await options.needs;
    context.signal?.throwIfAborted();
    const begin = performance.now();
    context.report(partLine(name, `starting ${partTitles[name]} …`));
    const logFile = logFileOf(context, name);
    const child = await startChild({ ...launch, logFile, stopSignal: part.stopSignal });
    const running = { name, child, startedAt: new Date().toISOString() };
    try {
        await options.onStarted?.(running);
        await untilHealthy(running, context);
        await part.furnish?.(context);
    }
    catch (error) {
        await stopPart(running.name, child.identity);
        throw error;
    }
    context.report(partLine(name, `ready on ${addressOf(name, context)} (${secondsSince(begin)})`));
    return running;
}
const addressOf = (name, context) => `127.0.0.1:${context.ports[name]}`;
async function untilHealthy(running, context) {
    const { name, child } = running;
    const begin = performance.now();
    let said = begin;
    for (;;) {
        context.signal?.throwIfAborted();
        const exit = child.exit();
        if (exit) {
            const how = exit.signal ?? `code ${exit.code ?? '?'}`;
            throw new LocalStackError(`${partTitles[name]} ended while it was starting (${how}).\n${await logTail(context, name)}`);
        }
        const problem = await problemOf(name, context);
        if (problem === null)
            return;
        const now = performance.now();
        if (now - begin > startTimeoutMs)
            throw new LocalStackError(`${partTitles[name]} does not answer after ${secondsSince(begin)} (${problem}).\n${await logTail(context, name)}`);
        if (now - said > progressEveryMs) {
            said = now;
            context.report(partLine(name, `still starting (${secondsSince(begin)})`));
        }
        await sleep(healthPollMs);
    }
}
/** Why the part does not serve now; `null` if it does. */
async function problemOf(name, context) {
    try {
        await allParts[name].check(context);
        return null;
    }
    catch (error) {
        return messageOf(error);
    }
}
/** The last lines of a log, for an error message. */
export async function logTail(context, name) {
    const file = logFileOf(context, name);
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').slice(-shownLogLines);
    return [`The end of ${file}:`, ...lines.map((line) => `    ${line}`)].join('\n');
}
export const stopPart = (name, identity) => stopProcess(identity, { signal: allParts[name].stopSignal, timeoutMs: stopTimeoutMs });
/** The reverse of the order in which they start; those that nothing depends on go together. */
const stopOrder = [['registry', 'redis', 'postgres'], ['kafka']];
/** Stops the given parts, each even if another could not be stopped. */
export async function stopParts(parts, onStopped = () => undefined) {
    const problems = [];
    for (const together of stopOrder) {
        await Promise.all(together.map(async (name) => {
            const identity = parts.get(name);
            if (!identity)
                return;
            try {
                onStopped(name, await stopPart(name, identity));
            }
            catch (error) {
                problems.push(messageOf(error));
            }
        }));
    }
    if (problems.length > 0)
        throw new LocalStackError(problems.join('\n'));
}
/**
 * Starts the given parts, each as soon as what it needs is healthy. When one fails, or the signal
 * aborts, those that this call started are stopped again.
 */
export async function startParts(names, context, onStarted) {
    const failing = new AbortController();
    const signal = AbortSignal.any([failing.signal, ...(context.signal ? [context.signal] : [])]);
    const starting = new Map();
    // In the order of the names, a part's needs come before it.
    for (const name of partNames.filter((n) => names.includes(n))) {
        const needs = Promise.all(allParts[name].after.flatMap((need) => starting.get(need) ?? []));
        needs.catch(() => undefined);
        const start = startPart(name, { ...context, signal }, { onStarted, needs });
        start.catch((error) => failing.abort(error));
        starting.set(name, start);
    }
    const results = await Promise.allSettled([...starting.values()]);
    const started = new Map();
    for (const result of results)
        if (result.status === 'fulfilled')
            started.set(result.value.name, result.value);
    if (started.size === starting.size)
        return started;
    await stopParts(new Map([...started].map(([name, part]) => [name, part.child.identity])));
    throw signal.reason;
}
//# sourceMappingURL=running-parts.js.map