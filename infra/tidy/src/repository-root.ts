import { fileURLToPath } from 'node:url';

/** Of the repository that this package belongs to: three folders up from `src` and from `dist`. */
export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url));
