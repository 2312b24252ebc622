import { posix } from 'node:path';
import type { Problem } from '../problem.ts';
import type { Tree } from '../tree.ts';

const link = /\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;

/** Relative links of *.md that lead to no file, or to no heading of one. */
export function deadLinks(tree: Tree): readonly Problem[] {
  const folders = new Set([...tree.keys()].flatMap(foldersOf));
  const problems: Problem[] = [];
  for (const [path, text] of tree) {
    if (!path.endsWith('.md')) continue;
    for (const [index, line] of withoutFences(text).entries()) {
      for (const [, target = ''] of line.matchAll(link)) {
        if (/^[a-z][a-z+.-]*:/i.test(target)) continue;
        const [file = '', heading = ''] = decodeURIComponent(target).split('#');
        const to = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '');
        const known = tree.get(to);
        const where = `${path}:${index + 1}`;
        if (known === undefined && !folders.has(to))
          problems.push({ where, what: `links to ${target}, which is not there` });
        else if (heading !== '' && known !== undefined && !headingsOf(known).has(heading))
          problems.push({ where, what: `links to ${target}, which has no such heading` });
      }
    }
  }
  return problems;
}

function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Lines, with those inside code fences emptied. */
function withoutFences(text: string): readonly string[] {
  let fenced = false;
  return text.split('\n').map((line) => {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    return fenced || fence ? '' : line.replaceAll(/`[^`]*`/g, '');
  });
}

/** As GitHub makes anchors of headings. */
const headingsOf = (text: string): ReadonlySet<string> =>
  new Set(
    [...text.matchAll(/^#{1,6}\s+(.*)$/gm)].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );

const decisions = 'docs/decisions';

/** Decision records that the list does not name, and numbers that are missing or taken twice. */
export function decisionProblems(tree: Tree): readonly Problem[] {
  const list = tree.get(`${decisions}/README.md`) ?? '';
  const records = [...tree.keys()].filter(
    (path) => posix.dirname(path) === decisions && path !== `${decisions}/README.md`,
  );
  return records.sort().flatMap((where, index) => {
    const file = posix.basename(where);
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(file)?.[1];
    if (number === undefined) return [{ where, what: 'is not called 0001-what-was-decided.md' }];
    const due = String(index + 1).padStart(4, '0');
    return [
      ...(list.includes(`(${file})`) ? [] : [{ where, what: 'is not in the list of decisions' }]),
      ...(number === due ? [] : [{ where, what: `has the number ${number} where ${due} is due` }]),
    ];
  });
}
