import { chmod, mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { LocalStackError } from '../errors.ts';
import { fetchServer } from '../fetch-servers.ts';
import { healthCheckTimeoutMs } from '../limits.ts';
import { findOnPath } from '../process/find-tool.ts';
import { loopback, mavenArtifacts, redisBinaries, redisSettings } from '../stack-definition.ts';
import type { Part, PartContext } from './part.ts';

export const redisPart: Part = {
  name: 'redis',
  ports: ['redis'],
  after: [],
  stopSignal: 'SIGTERM',
  discardSignal: 'SIGKILL',
  prepare: async (context) => {
    const data = join(context.folders.data, 'redis');
    await mkdir(data, { recursive: true });
    const settings = Object.entries(redisSettings).flatMap(([name, value]) => [`--${name}`, value]);
    return {
      command: findOnPath('redis-server') ?? (await bundledBinary(context)),
      args: [
        ...['--bind', loopback, '--port', String(context.ports.redis), '--dir', data],
        ...['--daemonize', 'no', ...settings],
      ],
    };
  },
  check: ({ ports }) => ping(ports.redis),
};

async function bundledBinary(context: PartContext): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  const file = redisBinaries[platform];
  if (file === undefined)
    throw new LocalStackError(
      `there is no ready-made Redis for ${platform}: install one, so that redis-server is on the PATH`,
    );
  const folder = await fetchServer(
    {
      name: `redis-${mavenArtifacts.redis.version}-${platform}`,
      part: 'redis',
      title: 'Redis 6.2',
      how: { kind: 'unpack', artifact: mavenArtifacts.redis, only: file },
    },
    context,
  );
  await chmod(join(folder, file), 0o755);
  return join(folder, file);
}

/** PING in Redis's own protocol; while it loads its data it answers with an error. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: loopback });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(healthCheckTimeoutMs, () => fail(new Error('no answer to PING')));
    socket.once('error', fail);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      if (!answer.toString().startsWith('+PONG')) {
        fail(new Error(`the answer to PING is ${answer.toString().trim()}`));
        return;
      }
      socket.destroy();
      resolve();
    });
  });
}
