import type { Output } from '../session/output.ts';

/** The terminal's keys, as `process.stdin` gives them. */
export interface Keys {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  on(event: 'data', take: (bytes: Buffer) => void): unknown;
  on(event: 'end', end: () => void): unknown;
  off(event: 'data', take: (bytes: Buffer) => void): unknown;
  off(event: 'end', end: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

type Move = 'next' | 'previous' | 'first' | 'last' | 'state' | 'end';

const moves: ReadonlyMap<string, Move> = new Map<string, Move>([
  ...['n', ' ', '\r', '\n', '\u001b[C', '\u001b[B'].map((key) => [key, 'next'] as const),
  ...['p', '\u007f', '\u001b[D', '\u001b[A'].map((key) => [key, 'previous'] as const),
  // Ctrl-C and Ctrl-D are keys like others as long as the terminal is raw.
  ...['q', '\u001b', '\u0003', '\u0004'].map((key) => [key, 'end'] as const),
  ...[['g', 'first'] as const, ['G', 'last'] as const, ['s', 'state'] as const],
]);

export const keysHelp = 'n next, p previous, g first, G last, s the whole state, q ends';

export interface StepThroughOptions {
  /** How many there are to step through; at least one. */
  readonly count: number;
  readonly keys: Keys;
  readonly out: Output;
  readonly signal: AbortSignal;
  /** What each one changed. */
  changeLines(index: number): readonly string[];
  stateLines(index: number): readonly string[];
}

/** Shows one after the other as keys are pressed, and leaves the terminal as it was. */
export async function stepThrough(options: StepThroughOptions): Promise<void> {
  const { count, keys, out, signal } = options;
  let at = 0;
  const say = (lines: readonly string[]): void => {
    for (const line of lines) out.line(line);
  };
  const show = (): void => say([`${at + 1} of ${count}`, ...options.changeLines(at)]);
  const go = (to: number): void => {
    if (to < 0 || to >= count) {
      out.note(to < 0 ? 'this is the first' : 'this is the last');
      return;
    }
    at = to;
    show();
  };
  /** Whether that was the end. */
  const take = (move: Move): boolean => {
    if (move === 'next') go(at + 1);
    else if (move === 'previous') go(at - 1);
    else if (move === 'first') go(0);
    else if (move === 'last') go(count - 1);
    else if (move === 'state') say(options.stateLines(at));
    return move === 'end';
  };
  out.note(keysHelp);
  show();
  keys.setRawMode?.(true);
  try {
    await new Promise<void>((resolve) => {
      const end = (): void => {
        keys.off('data', press);
        keys.off('end', end);
        signal.removeEventListener('abort', end);
        resolve();
      };
      function press(bytes: Buffer): void {
        const move = moves.get(bytes.toString('utf8'));
        if (move !== undefined && take(move)) end();
      }
      keys.on('data', press);
      keys.on('end', end);
      signal.addEventListener('abort', end);
      keys.resume();
    });
  } finally {
    keys.setRawMode?.(false);
    keys.pause();
  }
}
