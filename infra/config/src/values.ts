import { z } from 'zod';

/** `true` or `false`, also 1 and 0: nothing else, so that a typing error is not a silent no. */
export const flag = () =>
  z.stringbool({
    truthy: ['true', '1'],
    falsy: ['false', '0'],
    error: 'is neither true nor false',
  });

/** A whole number within bounds, both included. */
export const wholeNumber = (bounds: { readonly min: number; readonly max: number }) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'is not a whole number')
    .transform(Number)
    .pipe(
      z
        .number()
        .min(bounds.min, `is below ${bounds.min}`)
        .max(bounds.max, `is above ${bounds.max}`),
    );

export const portNumber = () => wholeNumber({ min: 1, max: 65_535 });

export const hostName = () => z.string().regex(/^[\w.:-]{1,253}$/, 'is not a host name or address');

/** Text that is never shown: not in problems, not in logs. */
export const secretText = () => z.string().min(1).max(4_096, 'is too long').meta({ secret: true });

/** An absolute URL with one of the given protocols; the text comes out as it went in. */
export const urlText = (protocols: readonly string[]) =>
  z.string().refine((text) => protocols.includes(protocolOf(text)), {
    error: `is not a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

/** `host:port,host:port` as a list. */
export const hostPorts = () =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(
      z.array(
        z.string().regex(/^(\[[\da-f:]+\]|[\w.-]{1,253}):\d{1,5}$/i, {
          error: 'is not a list of host:port, separated by commas',
        }),
      ),
    );
