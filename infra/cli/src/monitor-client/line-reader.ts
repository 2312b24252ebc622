import { CliFailure } from '../session/failure.ts';
import { lineBytesMax } from './limits.ts';

export interface ReadLine {
  readonly bytes: Buffer;
  /** From 1. */
  readonly number: number;
}

const lineFeed = 0x0a;

/**
 * Lines of a stream, without their ends; empty ones are left out. A last line without an end is
 * one, too. Errors: CliFailure for a line that has no end in sight.
 */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<ReadLine> {
  let parts: Buffer[] = [];
  let partBytes = 0;
  let number = 0;
  const take = (): ReadLine | null => {
    const bytes = withoutReturn(Buffer.concat(parts));
    [parts, partBytes] = [[], 0];
    number += 1;
    return bytes.length === 0 ? null : { bytes, number };
  };
  for await (const chunk of input) {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      parts.push(chunk.subarray(from, end));
      from = end + 1;
      const line = take();
      if (line !== null) yield line;
    }
    parts.push(chunk.subarray(from));
    partBytes += chunk.length - from;
    if (partBytes > lineBytesMax)
      throw new CliFailure(`line ${number + 1} has more than ${lineBytesMax} bytes: no records`);
  }
  const last = take();
  if (last !== null) yield last;
}

const withoutReturn = (bytes: Buffer): Buffer =>
  bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
