import { readFileSync } from 'node:fs';

/** docs/monitor-signatures.md, which the tests hold the code to. */
export const page = readFileSync(
  new URL('../../../../../docs/monitor-signatures.md', import.meta.url),
  'utf8',
);

/** The one block of that language. */
export function fenced(language: 'python' | 'json'): string {
  const found = page.split(`\n\`\`\`${language}\n`);
  const block = found[1]?.split('\n```\n')[0];
  if (found.length !== 2 || block === undefined)
    throw new Error(`the page has ${found.length - 1} blocks of ${language}, not one`);
  return block;
}

/** A request, and what is signed of it. */
export interface Vector {
  readonly about: string;
  readonly secret: string;
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly client: string;
  readonly canonical: string;
  readonly signature: string;
}

export const vectors = JSON.parse(fenced('json')) as readonly Vector[];
