import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, LocalStackError } from "../errors.js";
import { logFileBytesMax } from "../limits.js";
import { startTokenOf } from "./identity.js";
/**
 * The lifeline. Before it becomes the server, the shell leaves a watcher behind that reads from a
 * pipe whose other end only this process holds. A line on it means: all is well, go. The end of the
 * file means that the holder died, even by SIGKILL: stop the server politely, then by force. The
 * watcher is started by a subshell that ends at once, so that it is no child of the server.
 */
const lifelineScript = `
me=$$
( (
  exec </dev/null >/dev/null 2>&1
  trap '' HUP INT TERM QUIT
  if IFS= read -r line <&3; then exit 0; fi
  kill -$PLUMBLINE_STOP_SIGNAL $me
  n=0
  while [ $n -lt 50 ] && kill -0 $me; do sleep 0.2; n=$((n + 1)); done
  kill -KILL $me
) & )
unset PLUMBLINE_STOP_SIGNAL
exec "$@" 3<&-
`;
/** Errors: {@link LocalStackError} when the command does not exist or cannot be run. */
export async function startChild(options) {
    const log = openLog(options.logFile);
    try {
        const child = spawn('/bin/sh', ['-c', lifelineScript, 'sh', options.command, ...options.args], {
            // A session of its own: Ctrl-C in the terminal must reach this process only, which then
            // stops its children in the right order.
            detached: true,
            stdio: ['ignore', log, log, 'pipe'],
            env: {
                ...(options.env ?? process.env),
                PLUMBLINE_STOP_SIGNAL: options.stopSignal.replace('SIG', ''),
            },
            ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
            ...(options.uid === undefined ? {} : { uid: options.uid }),
            ...(options.gid === undefined ? {} : { gid: options.gid }),
        });
        await spawned(child, options.command);
        return childOf(child);
    }
    finally {
        closeSync(log);
    }
}
function openLog(file) {
    mkdirSync(dirname(file), { recursive: true });
    if (existsSync(file) && statSync(file).size > logFileBytesMax)
        renameSync(file, `${file}.1`);
    return openSync(file, 'a');
}
function spawned(child, command) {
    return new Promise((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', (error) => {
            reject(new LocalStackError(`cannot run ${command}: ${codeOf(error)} ${error.message}`));
        });
    });
}
function childOf(child) {
    const lifeline = child.stdio[3];
    let exit = null;
    // The watcher may be gone already, after the server: then nobody reads, which is no fault.
    lifeline.on('error', () => undefined);
    const pid = child.pid ?? 0;
    const identity = { pid, startToken: startTokenOf(pid) ?? 'gone' };
    const exited = new Promise((resolve) => {
        child.once('exit', (code, signal) => {
            exit = { code, signal };
            lifeline.end('gone\n');
            resolve(exit);
        });
    });
    return {
        identity,
        exited,
        exit: () => exit,
        release: async () => {
            await new Promise((resolve) => lifeline.end('released\n', resolve));
            lifeline.destroy();
            child.unref();
        },
    };
}
//# sourceMappingURL=child.js.map