import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPair } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** What Lakala's dialect signs and verifies with. */
export interface LakalaKeys {
  readonly platformPrivateKey: KeyObject;
  readonly platformPublicKey: KeyObject;
  readonly merchantPublicKey: KeyObject;
}

/** File names in the key folder; the merchant's private key is there for its adapter to read. */
export const keyFiles = {
  platformPrivate: 'lakala-platform-private.pem',
  platformPublic: 'lakala-platform-public.pem',
  merchantPrivate: 'lakala-merchant-private.pem',
  merchantPublic: 'lakala-merchant-public.pem',
} as const;

/**
 * The keys given as PEM; those that are not given from files of the folder, which are made when
 * they are missing. Errors: a PEM that is no key.
 */
export async function loadLakalaKeys(options: {
  readonly folder: string;
  readonly platformPrivatePem: string | null;
  readonly merchantPublicPem: string | null;
}): Promise<LakalaKeys> {
  const { folder, platformPrivatePem, merchantPublicPem } = options;
  const platform =
    platformPrivatePem ??
    (await pairIn(folder, keyFiles.platformPrivate, keyFiles.platformPublic)).privatePem;
  const merchant =
    merchantPublicPem ??
    (await pairIn(folder, keyFiles.merchantPrivate, keyFiles.merchantPublic)).publicPem;
  const platformPrivateKey = createPrivateKey(unfolded(platform));
  return {
    platformPrivateKey,
    platformPublicKey: createPublicKey(platformPrivateKey),
    merchantPublicKey: createPublicKey(unfolded(merchant)),
  };
}

/** Environments of one line carry PEM with `\n` in it. */
const unfolded = (pem: string): string => pem.replaceAll('\\n', '\n');

export const publicPem = (key: KeyObject): string =>
  key.export({ type: 'spki', format: 'pem' }).toString();

async function pairIn(
  folder: string,
  privateName: string,
  publicName: string,
): Promise<{ readonly privatePem: string; readonly publicPem: string }> {
  const privatePath = join(folder, privateName);
  const before = await readFile(privatePath, 'utf8').catch(() => null);
  if (before !== null) return { privatePem: before, publicPem: await publicOf(before) };
  await mkdir(folder, { recursive: true });
  const { privateKey } = await generate('rsa', { modulusLength: 2_048 });
  const made = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeOnce(privatePath, made, 0o600);
  // Another process may have been first: what is in the file counts.
  const kept = await readFile(privatePath, 'utf8');
  const ofKept = await publicOf(kept);
  await writeFile(join(folder, publicName), ofKept);
  return { privatePem: kept, publicPem: ofKept };
}

const publicOf = (privatePem: string): Promise<string> =>
  Promise.resolve(publicPem(createPublicKey(createPrivateKey(privatePem))));

/** The whole file or none of it, and never over one that is there. */
async function writeOnce(path: string, content: string, mode: number): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content, { mode });
  try {
    await link(draft, path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
