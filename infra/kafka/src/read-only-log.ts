import type { Log } from './log.ts';

/** What may only look: nothing that writes is named here. */
export type ReadOnlyLog = Pick<Log, 'describeTopics' | 'ends' | 'openReader'>;

/** The same at run time: whoever casts the type away still finds no producer behind it. */
export const readOnlyLog = (log: ReadOnlyLog): ReadOnlyLog =>
  Object.freeze({
    describeTopics: (topics) => log.describeTopics(topics),
    ends: (of) => log.ends(of),
    openReader: (options) => log.openReader(options),
  } satisfies ReadOnlyLog);
