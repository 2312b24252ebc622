/** Redis does not answer, not in time, or not now: loading, full, a replica. Trying again can help. */
export class RedisDown extends Error {
  override readonly name = 'RedisDown';
}

/** Replies by which a server says that it cannot serve now (Redis's src/server.c, createSharedObjects). */
const downReplies = new Set([
  'LOADING', // reads its data in
  'READONLY', // became a replica in a failover
  'MASTERDOWN', // a replica without its master
  'MISCONF', // cannot write to its disk, and refuses writes
  'BUSY', // runs somebody's endless script
  'OOM', // full, and evicts nothing
  'NOREPLICAS', // fewer replicas than it is told to have
  'CLUSTERDOWN',
  'TRYAGAIN',
  'NOAUTH', // the credentials are wrong or missing: the set-up is at fault, not the command
  'WRONGPASS',
  'NOPERM',
]);

/** What a connection that failed leaves behind, by Node's code. */
const downCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** What ioredis says without a code. */
const downMessages =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Command aborted|Socket timeout|connect ETIMEDOUT)/;

/** Whether the server or the way to it is at fault, not the command. */
export function isRedisDown(error: unknown): boolean {
  if (error instanceof RedisDown) return true;
  if (!(error instanceof Error)) return false;
  if (error.name === 'ReplyError') return downReplies.has(error.message.split(' ', 1)[0] ?? '');
  if (error.name === 'MaxRetriesPerRequestError') return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return downCodes.has(code) || downMessages.test(error.message);
}
