import type { ApiScope, StoredApiKey } from '@plumbline/vault';
import {
  apiScopes,
  appIdProblem,
  createApiKeyRows,
  issueApiKey,
  keyNameCharactersMax,
  vaultSql,
} from '@plumbline/vault';
import type { Command } from 'commander';
import { Option } from 'commander';
import { durationOption } from '../format/duration.ts';
import { tableLines } from '../format/table.ts';
import type { ExitCode } from '../session/failure.ts';
import { CliFailure, usageFailure } from '../session/failure.ts';
import type { Session } from '../session/session.ts';
import type { RunCommand } from './command.ts';
import { examples } from './command.ts';

export interface AppKeyCreateOptions {
  readonly app: string;
  readonly name?: string;
  readonly scope?: readonly ApiScope[];
  readonly expiresIn?: string;
  readonly json?: boolean;
}

export function addAppKeyCreate(parent: Command, run: RunCommand): void {
  parent
    .command('create')
    .description('Make one more API key of an app; it is shown this once')
    .requiredOption('--app <app>', 'whose: 1 to 32 of A-Z, a-z, 0-9, _ and -')
    .option('--name <name>', 'what it is for, for people')
    .addOption(
      new Option('--scope <scopes...>', 'what it may be used for (default: everything)').choices(
        apiScopes,
      ),
    )
    .option('--expires-in <duration>', 'how long it is good: 90d, 12h (default: for ever)')
    .option('--json', 'the key and what is known of it as JSON')
    .addHelpText(
      'after',
      examples(
        'app-key create --app demo_app --name "web shop" --expires-in 90d',
        'app-key create --app demo_app --scope payments:read refunds:read',
      ),
    )
    .action((options: AppKeyCreateOptions) => run((session) => createAppKey(session, options)));
}

export async function createAppKey(
  session: Session,
  options: AppKeyCreateOptions,
): Promise<ExitCode> {
  const { out, config } = session;
  const { app: appId, name = '', scope: scopes = apiScopes } = options;
  const tenant = config.PLUMBLINE_TENANT;
  const problem = appIdProblem(appId, tenant);
  if (problem !== null) throw usageFailure(`--app: ${JSON.stringify(appId)} ${problem}`);
  if (name.length > keyNameCharactersMax)
    throw usageFailure(`--name has ${keyNameCharactersMax} characters at most`);
  const { expiresIn } = options;
  const lifeMs = expiresIn === undefined ? null : durationOption(expiresIn, '--expires-in');
  if (lifeMs === 0) throw usageFailure('--expires-in: a key that is good for no time at all');
  const expiresAtMs = lifeMs === null ? null : Date.now() + lifeMs;
  const { text, key } = await issueApiKey(
    { appId, name, scopes: [...new Set(scopes)], expiresAtMs },
    { ...(await onVault(session)), tenant, nowMs: Date.now },
  );
  if (options.json === true) {
    out.json({ key: text, ...shown(key) });
    return 0;
  }
  out.line(text);
  const until = expiresAtMs === null ? 'for ever' : `until ${timeText(expiresAtMs)}`;
  out.note(`${key.keyId} of ${appId}: ${key.scopes.join(', ')}; good ${until}`);
  out.note('It is shown this once and kept nowhere: put it where it is needed.');
  return 0;
}

export interface AppKeyListOptions {
  readonly app?: string;
  readonly json?: boolean;
}

export function addAppKeyList(parent: Command, run: RunCommand): void {
  parent
    .command('list')
    .description('API keys, without the keys themselves')
    .option('--app <app>', 'only those of this app')
    .option('--json', 'a JSON list')
    .addHelpText('after', examples('app-key list', 'app-key list --app demo_app --json'))
    .action((options: AppKeyListOptions) => run((session) => listAppKeys(session, options)));
}

export async function listAppKeys(session: Session, options: AppKeyListOptions): Promise<ExitCode> {
  const { rows } = await onVault(session);
  const keys = (await rows.list(options.app ?? null)).map(shown);
  if (options.json === true) session.out.json(keys);
  else if (keys.length === 0) session.out.note('no keys');
  else {
    const columns = ['key', 'app', 'state', 'scopes', 'created', 'expires', 'last used', 'name'];
    const cells = keys.map((key) => [
      ...[key.keyId, key.appId, key.state, key.scopes.join(','), key.createdAt],
      ...[key.expiresAt ?? 'never', key.lastUsedAt ?? 'never', key.name],
    ]);
    for (const line of tableLines(columns, cells)) session.out.line(line);
  }
  return 0;
}

export function addAppKeyRevoke(parent: Command, run: RunCommand): void {
  parent
    .command('revoke')
    .description('Make an API key good for nothing, for good')
    .argument('<keyId>', 'its 16 hex digits, as `app-key list` shows them')
    .option('--json', 'what is known of it as JSON')
    .addHelpText('after', examples('app-key revoke 0f3a1b2c4d5e6f70'))
    .action((keyId: string, options: { readonly json?: boolean }) =>
      run((session) => revokeAppKey(session, keyId, options)),
    );
}

export async function revokeAppKey(
  session: Session,
  keyId: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  // What was given instead may be the key itself, which no terminal should show again.
  if (!/^[0-9a-f]{16}$/.test(keyId))
    throw usageFailure('that is no id of a key: 16 hex digits, the part between pk_ and _');
  const { rows } = await onVault(session);
  const key = await rows.revoke(keyId, Date.now());
  if (key === null) throw new CliFailure(`no key is called ${keyId}`);
  if (options.json === true) session.out.json(shown(key));
  else
    session.out.line(
      `${keyId} of ${key.appId} is revoked since ${shown(key).revokedAt ?? ''}: every process ` +
        'refuses it within 10 s, within 60 s if Postgres goes away',
    );
  return 0;
}

const onVault = async (session: Session) => ({
  rows: createApiKeyRows(vaultSql(await session.postgres())),
});

const timeText = (ms: number): string => new Date(ms).toISOString();
const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms));

/** All of a key that may be seen. */
const shown = (key: StoredApiKey) => ({
  ...{ keyId: key.keyId, appId: key.appId, name: key.name, scopes: key.scopes },
  state: stateOf(key, Date.now()),
  createdAt: timeText(key.createdAtMs),
  expiresAt: timeOrNull(key.expiresAtMs),
  revokedAt: timeOrNull(key.revokedAtMs),
  lastUsedAt: timeOrNull(key.lastUsedAtMs),
});

function stateOf(key: StoredApiKey, nowMs: number): 'live' | 'revoked' | 'expired' {
  if (key.revokedAtMs !== null) return 'revoked';
  return key.expiresAtMs !== null && key.expiresAtMs <= nowMs ? 'expired' : 'live';
}
