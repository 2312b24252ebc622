import { z } from 'zod';
import { isLoopbackHost } from './blocks.ts';
import { describeVariable } from './describe-config.ts';

/**
 * Credentials that the local stack ships with. Everybody can read them in the source, so outside
 * the local stack they protect nothing.
 */
export const localCredentials: readonly string[] = [
  'local-callback-secret',
  'local-merchant-key',
  'local-monitor-key',
];

/** `local-<words>-<key | secret | password | token>`: also those that a service adds later. */
const localCredentialPattern = /^local-[a-z0-9-]*(key|secret|password|token)$/;

const isLocalCredential = (value: unknown): boolean =>
  typeof value === 'string' &&
  (localCredentials.includes(value) || localCredentialPattern.test(value));

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

/**
 * Refuses local-only credentials, defaults included, unless PLUMBLINE_LOCAL_STACK is true. The
 * schema must have that variable ({@link platformConfig}), or every local credential is refused.
 */
export function refuseLocalCredentials<S extends z.ZodObject>(schema: S): S {
  const checks = Object.keys(schema.shape).map((name) =>
    z.refine<unknown>(
      (value) => {
        const fields = fieldsOf(value);
        return fields['PLUMBLINE_LOCAL_STACK'] === true || !isLocalCredential(fields[name]);
      },
      {
        path: [name],
        error: 'is a credential of the local stack, and PLUMBLINE_LOCAL_STACK is not true',
      },
    ),
  );
  return schema.check(...checks);
}

/** If the first variable is set, the others must be as well. Variables the schema lacks are left out. */
export function requireTogether<S extends z.ZodObject>(
  schema: S,
  first: string,
  others: readonly string[],
): S {
  const checks = others
    .filter((name) => name in schema.shape && first in schema.shape)
    .map((name) =>
      z.refine<unknown>(
        (value) => {
          const fields = fieldsOf(value);
          return fields[first] === undefined || fields[name] !== undefined;
        },
        { path: [name], error: `is not set, and ${first} is` },
      ),
    );
  return schema.check(...checks);
}

/**
 * Requires PLUMBLINE_SERVICE_KEY of a process that others than this machine reach, but for the local
 * stack, which has its own. `why` ends the message: what the key is needed for. The schema must
 * have {@link httpConfig} and {@link platformConfig}.
 */
export const requireServiceKey = <S extends z.ZodObject>(schema: S, why: string): S =>
  schema.check(
    z.refine<unknown>(
      (value) => {
        const fields = fieldsOf(value);
        const isOpen = !isLoopbackHost(String(fields['PLUMBLINE_HTTP_HOST']));
        const isLocal = fields['PLUMBLINE_LOCAL_STACK'] === true;
        return !isOpen || isLocal || fields['PLUMBLINE_SERVICE_KEY'] !== undefined;
      },
      {
        path: ['PLUMBLINE_SERVICE_KEY'],
        error: `is needed where PLUMBLINE_HTTP_HOST is not loopback: ${why}`,
      },
    ),
  );

/**
 * The one schema of a process: an object of described variables, with the rules that hold across
 * variables everywhere.
 */
export function processConfig<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> {
  const [mechanism, user, password] = [
    'PLUMBLINE_KAFKA_SASL_MECHANISM',
    'PLUMBLINE_KAFKA_SASL_USERNAME',
    'PLUMBLINE_KAFKA_SASL_PASSWORD',
  ];
  let schema = refuseLocalCredentials(z.object(shape));
  schema = requireTogether(schema, mechanism, [user, password]);
  schema = requireTogether(schema, user, [mechanism]);
  return requireTogether(schema, 'PLUMBLINE_REGISTRY_USERNAME', ['PLUMBLINE_REGISTRY_PASSWORD']);
}

const isSecret = (name: string, field: z.core.$ZodType): boolean =>
  describeVariable(name, field).secret;

/** The values that must never be logged, and the passwords inside URLs: for the log's redaction. */
export function secretValuesOf<S extends z.ZodObject>(
  schema: S,
  config: z.output<S>,
): readonly string[] {
  const values = fieldsOf(config);
  const found: string[] = [];
  for (const [name, field] of Object.entries(schema.shape)) {
    const value = values[name];
    if (typeof value !== 'string' || !isSecret(name, field as z.core.$ZodType)) continue;
    found.push(value);
    if (URL.canParse(value) && new URL(value).password !== '')
      found.push(decodeURIComponent(new URL(value).password));
  }
  return found;
}
