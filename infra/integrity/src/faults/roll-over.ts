import type { Platform, ProcessName } from '@plumbline/local';

/** Stops and starts one process after the other, each only when the one before is ready again. */
export async function rollOver(
  platforms: readonly Platform[],
  names: readonly ProcessName[],
): Promise<void> {
  for (const platform of platforms)
    for (const name of names) if (platform.names.includes(name)) await platform.restart(name);
}
