import type { HttpProblem } from './errors.ts';
import { problem } from './errors.ts';
import { Overloaded, WriteFailed, WriteUnknown } from './gateway/errors.ts';
import { isProblem } from './route.ts';

/** What a client is told about an error. Nothing of an unknown error's text gets out. */
export function problemOfError(error: unknown): HttpProblem {
  if (isProblem(error)) return error;
  const retry = { headers: { 'Retry-After': '1' }, cause: error };
  if (error instanceof Overloaded) return problem('OVERLOADED', undefined, retry);
  if (error instanceof WriteUnknown) return problem('OUTCOME_UNKNOWN', undefined, retry);
  if (error instanceof WriteFailed) return problem('DEPENDENCY_DOWN', undefined, retry);
  const { type, status } = fieldsOf(error);
  switch (type) {
    case 'entity.too.large':
      return problem('BODY_TOO_LARGE', undefined, { cause: error });
    case 'encoding.unsupported':
      return problem('UNSUPPORTED_MEDIA_TYPE', undefined, { cause: error });
    case 'request.aborted':
    case 'request.size.invalid':
      return problem('MALFORMED_JSON', 'the body ended early', { cause: error });
    default:
  }
  // The router's own: a path with a broken percent sequence.
  if (error instanceof URIError && status === 400)
    return problem('INVALID_PARAMETER', 'the path is not valid percent-encoding', { cause: error });
  return problem('INTERNAL_ERROR', 'internal error', { cause: error });
}

function fieldsOf(error: unknown): { type?: unknown; status?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}
