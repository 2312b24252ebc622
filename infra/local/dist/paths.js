import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
/** `src` and `dist` stand at the same depth, so this holds for both. */
export const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));
export const defaultHome = join(repositoryFolder, '.plumbline');
/** Downloads stay outside the repository, so that a second clone finds them. */
export function defaultCacheFolder(env) {
    const xdg = env['XDG_CACHE_HOME'];
    return xdg ? join(xdg, 'plumbline') : join(homedir(), '.cache', 'plumbline');
}
export const foldersOf = (home) => ({
    home,
    data: join(home, 'data'),
    logs: join(home, 'logs'),
    conf: join(home, 'conf'),
    runFile: join(home, 'run.json'),
    lockFile: join(home, 'lock.json'),
});
//# sourceMappingURL=paths.js.map