import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `src` and `dist` stand at the same depth, so this holds for both. */
export const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

export const defaultHome = join(repositoryFolder, '.plumbline');

/** Downloads stay outside the repository, so that a second clone finds them. */
export function defaultCacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  const xdg = env['XDG_CACHE_HOME'];
  return xdg ? join(xdg, 'plumbline') : join(homedir(), '.cache', 'plumbline');
}

/** The folders of one stack. */
export interface HomeFolders {
  readonly home: string;
  readonly data: string;
  /** Local copies of task state; among the data, so that it goes with the log it came from. */
  readonly state: string;
  /** Books and keys of the gateway simulator; among the data, for the log tells of the same money. */
  readonly simulatorBooks: string;
  readonly simulatorKeys: string;
  /** Key of the local issuer of ID tokens. */
  readonly issuerKey: string;
  readonly logs: string;
  readonly conf: string;
  readonly runFile: string;
  readonly lockFile: string;
}

export const foldersOf = (home: string): HomeFolders => ({
  home,
  data: join(home, 'data'),
  state: join(home, 'data', 'state'),
  simulatorBooks: join(home, 'data', 'gateway-simulator', 'books.jsonl'),
  simulatorKeys: join(home, 'data', 'gateway-simulator', 'keys'),
  issuerKey: join(home, 'data', 'local-issuer.pem'),
  logs: join(home, 'logs'),
  conf: join(home, 'conf'),
  runFile: join(home, 'run.json'),
  lockFile: join(home, 'lock.json'),
});
