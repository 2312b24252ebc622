import { setTimeout as sleep } from 'node:timers/promises';
import { LocalStackError } from './errors.ts';
import { fetchTimeoutMs, packageLockPollMs, progressEveryMs } from './limits.ts';
import { findOnPath, isExecutable } from './process/find-tool.ts';
import { runCommand, type CommandResult } from './process/run-command.ts';
import { partLine, secondsSince, silent, type Report } from './report.ts';

export interface ChromiumOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly report?: Report;
  readonly signal?: AbortSignal;
  /** Whether packages may be installed here: as root, unless a test says otherwise. */
  readonly canInstall?: boolean;
  /** For the installation. */
  readonly timeoutMs?: number;
}

/** As distributions and vendors call it. */
const commands = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** With fonts, or Chinese and Japanese would be rows of boxes. */
const packages = ['chromium', 'fonts-noto-cjk'];

const hint =
  'Install Chromium (Debian: apt-get install chromium fonts-noto-cjk; macOS: brew install --cask chromium) and put it on the PATH, or set PLUMBLINE_CHROMIUM to its program.';

/**
 * The program of a Chromium: of PLUMBLINE_CHROMIUM, else on the PATH, else installed, as root where
 * there is apt-get.
 *
 * Errors: {@link LocalStackError} that says how to get one, with the last lines of apt-get.
 */
export async function findChromium(options: ChromiumOptions = {}): Promise<string> {
  const { env = process.env, canInstall = process.getuid?.() === 0 } = options;
  const named = env['PLUMBLINE_CHROMIUM'];
  if (named !== undefined && named !== '') {
    if (isExecutable(named)) return named;
    throw new LocalStackError(`PLUMBLINE_CHROMIUM names ${named}, which cannot be run. ${hint}`);
  }
  const found = onPath(env);
  if (found !== null) return found;
  const aptGet = findOnPath('apt-get', env);
  if (!canInstall || aptGet === null)
    throw new LocalStackError(`There is no Chromium, which the tests of the page need. ${hint}`);
  await install(aptGet, { ...options, env });
  const installed = onPath(env);
  if (installed !== null) return installed;
  throw new LocalStackError(`apt-get has installed no Chromium that is on the PATH. ${hint}`);
}

const onPath = (env: NonNullable<ChromiumOptions['env']>): string | null =>
  commands.map((each) => findOnPath(each, env)).find((each) => each !== null) ?? null;

async function install(
  aptGet: string,
  options: ChromiumOptions & { readonly env: NonNullable<ChromiumOptions['env']> },
): Promise<void> {
  const { env, report = silent, signal, timeoutMs = fetchTimeoutMs } = options;
  const begin = performance.now();
  const say = (text: string) => report(partLine('chromium', text));
  say('installing Chromium and fonts through apt-get (only once) …');
  const ticker = setInterval(
    () => say(`still installing Chromium (${secondsSince(begin)})`),
    progressEveryMs,
  );
  const apt = (...args: readonly string[]): Promise<CommandResult> =>
    runCommand({
      ...{ command: aptGet, args: [...lockPatience, ...args] },
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
      timeoutMs: Math.max(1, begin + timeoutMs - performance.now()),
      ...(signal ? { signal } : {}),
    });
  try {
    for (;;) {
      // Without an update where that does: the lists of a machine in use are there.
      const first = await apt('install', '-y', ...packages);
      if (first.code === 0) break;
      const updated = await apt('update');
      const second = updated.code === 0 ? await apt('install', '-y', ...packages) : updated;
      if (second.code === 0) break;
      signal?.throwIfAborted();
      const isLocked = /could not get lock|unable to (?:lock|acquire)/i.test(
        second.output.join('\n'),
      );
      if (!isLocked || performance.now() + packageLockPollMs > begin + timeoutMs)
        throw new LocalStackError(
          ['apt-get could not install Chromium.', ...second.output.slice(-shownLines), hint].join(
            '\n    ',
          ),
        );
      say('another program is installing packages: waiting for it');
      await sleep(packageLockPollMs, undefined, { ...(signal ? { signal } : {}) });
    }
  } finally {
    clearInterval(ticker);
  }
  say(`installed (${secondsSince(begin)})`);
}

/** For dpkg's lock, which apt-get waits for by itself; those of its lists and downloads it does not. */
const lockPatience = ['-o', 'DPkg::Lock::Timeout=60', '-o', 'Acquire::Retries=2'];

const shownLines = 6;
