import { randomBytes } from 'node:crypto';

/** W3C Trace Context, level 1: https://www.w3.org/TR/trace-context/#traceparent-header */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly parentId: string;
  readonly sampled: boolean;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** `null` for anything malformed; a version above 00 is read by its first four fields. */
export function parseTraceparent(text: string | undefined): TraceParent | null {
  const match = pattern.exec(text ?? '');
  if (!match) return null;
  const [, version = '', traceId = '', parentId = '', flags = '', rest] = match;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export const formatTraceparent = (trace: TraceParent): string =>
  `00-${trace.traceId}-${trace.parentId}-${trace.sampled ? '01' : '00'}`;

/** A new span within the given trace, or the root of a new one where there is none. */
export function childTraceparent(parent?: string): string {
  const above = parseTraceparent(parent);
  return formatTraceparent({
    traceId: above?.traceId ?? randomHex(16),
    parentId: randomHex(8),
    sampled: above?.sampled ?? true,
  });
}

function randomHex(bytes: number): string {
  const hex = randomBytes(bytes).toString('hex');
  return /^0+$/.test(hex) ? randomHex(bytes) : hex;
}
