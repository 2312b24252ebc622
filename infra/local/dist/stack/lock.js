import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, LocalStackError } from "../errors.js";
import { isAlive, ownIdentity } from "../process/identity.js";
/**
 * One process at a time starts or stops the parts of a home. The lock of a process that is gone is
 * taken over.
 *
 * Errors: {@link LocalStackError} that names the holder.
 */
export async function takeLock(options) {
    const { file } = options;
    await makeHome(dirname(file));
    const own = { ...ownIdentity(), purpose: options.purpose };
    for (;;) {
        try {
            await writeFile(file, JSON.stringify(own), { flag: 'wx' });
            return { release: () => rm(file, { force: true }) };
        }
        catch (error) {
            if (codeOf(error) !== 'EEXIST')
                throw error;
        }
        const holder = await readHolder(file);
        if (holder && isAlive(holder))
            throw new LocalStackError(`\`${holder.purpose}\` (process ${holder.pid}) is at work on this stack: wait for it, or end it with: kill ${holder.pid}`);
        // Renaming is atomic: of two that find the same stale lock, one takes it away.
        const stale = `${file}.stale-${process.pid}`;
        const taken = await rename(file, stale).then(() => true, () => false);
        await rm(stale, { force: true });
        if (taken)
            options.report(`  (took over the lock of ${describe(holder)}, which is gone)`);
    }
}
const describe = (holder) => holder ? `\`${holder.purpose}\`, process ${holder.pid}` : 'an interrupted run';
/** `null` when there is none, or it is not readable, as after a crash in the middle of writing. */
export async function readHolder(file) {
    try {
        const parsed = JSON.parse(await readFile(file, 'utf8'));
        return isHolder(parsed) ? parsed : null;
    }
    catch {
        return null;
    }
}
const isHolder = (value) => typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startToken' in value &&
    typeof value.startToken === 'string' &&
    'purpose' in value &&
    typeof value.purpose === 'string';
async function makeHome(home) {
    try {
        await mkdir(home, { recursive: true });
    }
    catch (error) {
        throw new LocalStackError(`cannot make the folder ${home} (${codeOf(error)}): set PLUMBLINE_HOME to one that can be written`);
    }
}
//# sourceMappingURL=lock.js.map