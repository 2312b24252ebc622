/** Where a command's words go. Results on the standard output, everything else on the other. */
export interface Output {
  /** A line of the result. */
  line(text: string): void;
  /** One JSON document of the result, on one line. */
  json(value: unknown): void;
  /** For the person in front of it, never part of the result. */
  note(text: string): void;
  /** Progress: rewrites its line on a terminal, and is a line every few seconds elsewhere. */
  progress(text: string): void;
  /** Ends the progress line. */
  progressDone(): void;
}

interface Stream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const progressEveryMs = 5_000;

/** Amounts and offsets are exact as text; bytes are base64. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => {
    if (typeof field === 'bigint') return field.toString();
    if (isSerialisedBuffer(field)) return Buffer.from(field.data).toString('base64');
    return field;
  });
}

/** JSON.stringify has called Buffer.toJSON before the replacer sees it. */
const isSerialisedBuffer = (
  field: unknown,
): field is { readonly type: 'Buffer'; readonly data: readonly number[] } =>
  typeof field === 'object' &&
  field !== null &&
  'type' in field &&
  field.type === 'Buffer' &&
  'data' in field &&
  Array.isArray(field.data);

export function createOutput(streams: { stdout: Stream; stderr: Stream }): Output {
  const { stdout, stderr } = streams;
  const terminal = stderr.isTTY === true;
  let open = false;
  let lastMs: number | null = null;

  const endProgress = (): void => {
    if (open) stderr.write('\n');
    open = false;
  };

  return {
    line: (text) => void stdout.write(`${text}\n`),
    json: (value) => void stdout.write(`${jsonText(value)}\n`),
    note: (text) => {
      endProgress();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (terminal) {
        stderr.write(`\r\x1b[K${text}`);
        open = true;
        return;
      }
      // What is over within seconds needs no line.
      lastMs ??= performance.now();
      if (performance.now() - lastMs < progressEveryMs) return;
      lastMs = performance.now();
      stderr.write(`${text}\n`);
    },
    progressDone: () => {
      endProgress();
      lastMs = null;
    },
  };
}
