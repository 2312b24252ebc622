import type { Problem } from '../problem.ts';
import type { Tree } from '../tree.ts';

/**
 * The hosts that may stand in a file. Where packages come from is the business of each machine's
 * own settings, and nobody can list all the registries that must not appear: so this lists what may.
 */
const hosts = new Set([
  'localhost',
  'nodejs.org',
  'adoptium.net',
  'maven.apache.org',
  'brew.sh',
  'github.com',
  'www.postgresql.org',
  'turborepo.com',
  'cwiki.apache.org',
  'kafka.apache.org',
  'www.w3.org',
  'www.rfc-editor.org',
  'www.apache.org',
  'json-schema.org',
  'spdx.org',
  // Where gateways document themselves, and the addresses that they give out.
  'www.paypay.ne.jp',
  'integration.paypay.ne.jp',
  'o.lakala.com',
  'test.wsmsd.cn',
  // Where Firebase's tokens and their keys come from, and what says how they are checked.
  'securetoken.google.com',
  'www.googleapis.com',
  'firebase.google.com',
]);

/** Names that can never lead anywhere (RFC 2606), addresses, which name nobody, or nothing but text. */
const harmless =
  /^(.*\.(example|test|invalid|localhost|local|internal)|(.*\.)?example\.(com|org|net)|(0x[\da-f]+|\d+)(\.\d+){1,3}|\[[\da-f:.]*\]?|…|[a-z0-9-]+|.*[${}<>*\\|].*)$/;

const url = /\bhttps?:\/\/(?:[^\s/@'"`]*@)?(\[[\da-f:]+\]|[^\s/:'"`)\]>,;?#]+)/gi;
const machinePath =
  /(?:^|[\s'"`=(:])(\/(?:root|work|home|Users)\/[\w.-]+[^\s'"`)]*|[A-Z]:\\Users\\\w+)/;

/** Registry hosts and paths of one machine: what works here only, or tells where it was written. */
export function tracesOfMachines(tree: Tree): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    for (const [index, line] of text.split('\n').entries()) {
      const where = `${path}:${index + 1}`;
      for (const [, host = ''] of line.matchAll(url))
        if (!hosts.has(host.toLowerCase()) && !harmless.test(host.toLowerCase()))
          problems.push({ where, what: `names the host ${host}` });
      const found = machinePath.exec(line)?.[1];
      if (found !== undefined)
        problems.push({ where, what: `names a path of one machine, ${found}` });
    }
  }
  return problems;
}
