import ts from 'typescript';

/** A string in a source file: a literal, or the fixed pieces of a template. */
export interface StringPiece {
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

const parsed = new Map<string, ts.SourceFile>();

/** Parsed once for all checks of a run. */
export function parse(path: string, text: string): ts.SourceFile {
  const key = `${path}\0${text}`;
  const known = parsed.get(key) ?? ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true);
  parsed.set(key, known);
  return known;
}

export const lineOf = (file: ts.SourceFile, node: ts.Node): number =>
  file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;

/** Calls `visit` with every node of a file, parents first. */
export function walk(file: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const enter = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, enter);
  };
  enter(file);
}

export function stringsOf(path: string, text: string): readonly StringPiece[] {
  const file = parse(path, text);
  const pieces: StringPiece[] = [];
  walk(file, (node) => {
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    )
      pieces.push({ text: node.text, line: lineOf(file, node) });
  });
  return pieces;
}

/** Lines that are neither blank nor nothing but comment. */
export function codeLinesOf(text: string): number {
  const withoutBlocks = text.replaceAll(/\/\*[\s\S]*?\*\//g, (block) =>
    block.replaceAll(/[^\n]/g, ''),
  );
  return withoutBlocks.split('\n').filter((line) => {
    const code = line.trim();
    return code !== '' && !code.startsWith('//');
  }).length;
}
