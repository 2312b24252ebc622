import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../errors.ts';
import type { HomeFolders } from '../paths.ts';

const generate = promisify(generateKeyPair);

/** What a merchant of the simulated Lakala signs and verifies with, PEM. */
export interface SimulatorKeys {
  readonly merchantPrivatePem: string;
  readonly platformPublicPem: string;
}

/**
 * The RSA keys of the simulated Lakala, made when the folder has none. The simulator takes them from
 * there; they must be there before it starts, for the payments read theirs at their own start.
 */
export async function ensureSimulatorKeys(folder: string): Promise<SimulatorKeys> {
  await mkdir(folder, { recursive: true });
  const [platformPrivatePem, merchantPrivatePem] = await Promise.all([
    ensureKey(join(folder, 'lakala-platform-private.pem'), rsaKey),
    ensureKey(join(folder, 'lakala-merchant-private.pem'), rsaKey),
  ]);
  const publicKey = createPublicKey(createPrivateKey(platformPrivatePem));
  return {
    merchantPrivatePem,
    platformPublicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** The key with which the local issuer signs ID tokens, PEM; without a home one for this run. */
export async function localIssuerKey(folders: HomeFolders | undefined): Promise<string> {
  if (folders === undefined) return ecKey();
  await mkdir(dirname(folders.issuerKey), { recursive: true });
  return ensureKey(folders.issuerKey, ecKey);
}

const rsaKey = async (): Promise<string> =>
  pemOf((await generate('rsa', { modulusLength: 2_048 })).privateKey);

const ecKey = async (): Promise<string> =>
  pemOf((await generate('ec', { namedCurve: 'P-256' })).privateKey);

const pemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

async function ensureKey(file: string, make: () => Promise<string>): Promise<string> {
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before !== '') return before;
  const made = await make();
  try {
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // Somebody else was quicker: what is in the file counts.
    return readFile(file, 'utf8');
  }
}
