import { createHash, hkdfSync } from 'node:crypto';
import { ConfigError } from '@plumbline/config';
import { WrongMasterKey } from './errors.ts';
import { keyBytes, seal, unseal } from './seal.ts';

/** AES-256 keys that wrap the keys of subjects. */
export interface MasterKeys {
  /** Wraps what is new. */
  readonly current: Buffer;
  /** Only unwraps: the one before, or the one to come while processes are replaced. */
  readonly previous: Buffer | null;
}

/** A subject's key as it stands in Postgres. */
export interface WrappedKey {
  readonly keyId: string;
  readonly subject: string;
  readonly wrapped: Buffer;
  readonly masterKeyId: string;
}

/** Everybody can compute it from the source: outside the local stack it is never taken. */
const localMasterKey = createHash('sha256').update('local-master-key').digest();

export interface MasterKeysConfig {
  readonly PLUMBLINE_LOCAL_STACK: boolean;
  readonly PLUMBLINE_MASTER_KEY?: string | undefined;
  readonly PLUMBLINE_PREVIOUS_MASTER_KEY?: string | undefined;
}

/** Errors: ConfigError where a vault cannot be opened with what is configured. */
export function masterKeysOf(config: MasterKeysConfig): MasterKeys {
  const local = config.PLUMBLINE_LOCAL_STACK;
  const [current, previous] = [
    config.PLUMBLINE_MASTER_KEY,
    config.PLUMBLINE_PREVIOUS_MASTER_KEY,
  ].map((text) => (text === undefined ? null : Buffer.from(text, 'base64')));
  const refused = (variable: string, problem: string): ConfigError =>
    new ConfigError([
      { variable, problem, fix: 'set it to the output of: openssl rand -base64 32' },
    ]);
  for (const [variable, key] of [
    ['PLUMBLINE_MASTER_KEY', current],
    ['PLUMBLINE_PREVIOUS_MASTER_KEY', previous],
  ] as const) {
    if (key && key.length !== keyBytes) throw refused(variable, `is not ${keyBytes} bytes`);
    if (key?.equals(localMasterKey) === true && !local)
      throw refused(
        variable,
        'is the key of the local stack, and PLUMBLINE_LOCAL_STACK is not true',
      );
  }
  if (!current && !local) throw refused('PLUMBLINE_MASTER_KEY', 'is not set');
  return { current: current ?? localMasterKey, previous: previous ?? null };
}

/** Names a master key without telling anything of it: 16 hex digits. */
export const masterKeyId = (key: Buffer): string =>
  Buffer.from(hkdfSync('sha256', key, '', 'plumbline master key: id v1', 8)).toString('hex');

const contextOf = (of: { readonly keyId: string; readonly subject: string }): string =>
  `plumbline data key v1:${of.keyId}:${of.subject}`;

export const wrapKey = (
  masterKeys: MasterKeys,
  of: { readonly keyId: string; readonly subject: string },
  secret: Buffer,
): WrappedKey => ({
  ...{ keyId: of.keyId, subject: of.subject },
  wrapped: seal(secret, { key: masterKeys.current, context: contextOf(of) }),
  masterKeyId: masterKeyId(masterKeys.current),
});

/** Errors: {@link WrongMasterKey}. */
export function unwrapKey({ current, previous }: MasterKeys, of: WrappedKey): Buffer {
  const key = [current, previous].find((each) => each && masterKeyId(each) === of.masterKeyId);
  const what = `the key ${of.keyId} of ${of.subject}`;
  if (!key)
    throw new WrongMasterKey(
      `${what} is wrapped under the master key ${of.masterKeyId}, and this process has ` +
        `${[current, previous].flatMap((each) => (each ? [masterKeyId(each)] : [])).join(' and ')}: ` +
        'set PLUMBLINE_MASTER_KEY or PLUMBLINE_PREVIOUS_MASTER_KEY to that one',
    );
  const secret = unseal(of.wrapped, { key, context: contextOf(of) });
  if (secret?.length !== keyBytes)
    throw new WrongMasterKey(
      `${what} does not open: its row was changed, or put in another's place`,
    );
  return secret;
}
