import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../errors.ts';

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
    ensureKey(join(folder, 'lakala-platform-private.pem')),
    ensureKey(join(folder, 'lakala-merchant-private.pem')),
  ]);
  const publicKey = createPublicKey(createPrivateKey(platformPrivatePem));
  return {
    merchantPrivatePem,
    platformPublicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

async function ensureKey(file: string): Promise<string> {
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before !== '') return before;
  const { privateKey } = await generate('rsa', { modulusLength: 2_048 });
  const made = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    await writeFile(file, made, { mode: 0o600, flag: 'wx' });
    return made;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // Somebody else was quicker: what is in the file counts.
    return readFile(file, 'utf8');
  }
}
