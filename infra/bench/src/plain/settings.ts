/** What the process is told by its environment; the bench sets all of it. */
export interface PlainSettings {
  readonly port: number;
  readonly postgresUrl: string;
  readonly kafka: string;
  readonly gatewayUrl: string;
  readonly secret: string;
  readonly topic: string;
  readonly poolMax: number;
}

/** Errors: a variable that is missing. */
export function plainConfig(env: Readonly<Record<string, string | undefined>>): PlainSettings {
  const of = (name: string): string => {
    const value = env[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
  };
  return {
    port: Number(of('PLAIN_PORT')),
    postgresUrl: of('PLAIN_POSTGRES_URL'),
    kafka: of('PLAIN_KAFKA'),
    gatewayUrl: of('PLAIN_GATEWAY_URL'),
    secret: of('PLAIN_SECRET'),
    topic: of('PLAIN_TOPIC'),
    // As many as the usual advice has for two cores, and a few for the loops.
    poolMax: 10,
  };
}
