import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { firstLine } from '../session/failure.ts';
import { alarmMs } from './limits.ts';

/**
 * Runs a line of shell with one line of JSON on its standard input; what it prints goes where errors
 * go. Resolves with what went wrong, `null` for nothing. Never rejects: an alarm that cannot be
 * raised so is on the standard error all the same.
 */
export async function runAlarmCommand(command: string, alarm: object): Promise<string | null> {
  const child = spawn(command, { shell: true, stdio: ['pipe', 2, 2], timeout: alarmMs });
  // A command that reads nothing closes the pipe: that is no mistake of it.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(`${JSON.stringify(alarm)}\n`);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return code === 0 ? null : `it ended with ${signal ?? String(code)}`;
  } catch (error) {
    return firstLine(error);
  }
}
