import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { codeOf, LocalStackError } from "../errors.js";
import { isAlive, waitUntilGone } from "../process/identity.js";
import { partNames } from "../stack-definition.js";
const identity = { pid: z.number().int().positive(), startToken: z.string() };
const runStateSchema = z.object({
    ports: z.object({
        kafka: z.number(),
        kafkaController: z.number(),
        registry: z.number(),
        postgres: z.number(),
        redis: z.number(),
    }),
    /** Set while the parts end together with this process (`start`, a test); absent after `up`. */
    owner: z.object({ ...identity, purpose: z.string() }).optional(),
    parts: z.partialRecord(z.enum(partNames), z.object({ ...identity, startedAt: z.string() })),
});
/** `null` when nothing was started, or everything was stopped. */
export async function readRunState(file) {
    let text;
    try {
        text = await readFile(file, 'utf8');
    }
    catch (error) {
        if (codeOf(error) === 'ENOENT')
            return null;
        throw error;
    }
    const parsed = runStateSchema.safeParse(jsonOf(text));
    if (parsed.success)
        return parsed.data;
    throw new LocalStackError(`${file} is not readable as the state of a stack: look for its servers with ps, end them, and delete the file`);
}
function jsonOf(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
/** Parts start at the same time: what is written last must be what was last true. */
let lastWrite = Promise.resolve();
/** Whole or not at all. */
export function writeRunState(file, state) {
    const write = lastWrite.then(async () => {
        const partial = `${file}.${process.pid}`;
        await writeFile(partial, JSON.stringify(state, null, 2));
        await rename(partial, file);
    });
    lastWrite = write.catch(() => undefined);
    return write;
}
export const removeRunState = (file) => rm(file, { force: true });
/** The parts that run now. */
export function livingParts(state) {
    const living = new Map();
    for (const name of partNames) {
        const part = state?.parts[name];
        if (part && isAlive(part))
            living.set(name, part);
    }
    return living;
}
/** Longer than the watchers of orphaned parts take: 10 s of patience, then SIGKILL. */
const orphanTimeoutMs = 14_000;
/** When the owner of the parts was killed, their watchers are stopping them: waits for that. */
export async function waitForOrphans(state) {
    if (!state?.owner || isAlive(state.owner))
        return;
    for (const part of livingParts(state).values())
        await waitUntilGone(part, orphanTimeoutMs);
}
//# sourceMappingURL=run-state.js.map