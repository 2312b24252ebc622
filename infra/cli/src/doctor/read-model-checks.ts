import type { Postgres, Projection } from '@plumbline/postgres';
import { quoted, schemaOf } from '@plumbline/postgres';
import type { Check } from './check.ts';
import { badCheck, okCheck } from './check.ts';

/** Whether each read model is there, and made by the migrations that this code knows. */
export async function readModelChecks(
  postgres: Postgres,
  projections: readonly Projection[],
): Promise<readonly Check[]> {
  const checks = await Promise.all(projections.map((each) => readModelCheck(postgres, each)));
  const good = checks.filter(({ state }) => state === 'ok');
  if (good.length < checks.length) return checks;
  return [okCheck('read models', `${good.length} migrated in ${postgres.address}`)];
}

async function readModelCheck(postgres: Postgres, projection: Projection): Promise<Check> {
  const schema = schemaOf(projection);
  const name = `read model ${schema}`;
  const table = `${quoted(schema)}.projection_migrations`;
  const [row] = await postgres.query<{ readonly there: boolean }>(
    'select to_regclass(?) is not null as there',
    [table],
  );
  if (row?.there !== true) {
    const fix = 'start the service that has it; it is built from the log';
    return badCheck('warn', name, { detail: 'is not there yet', fix });
  }
  const done = await postgres.query<{ readonly name: string }>(`select name from ${table}`);
  return migrationCheck(name, {
    done: done.map((each) => each.name),
    known: projection.migrations.map((each) => each.name),
  });
}

export function migrationCheck(
  name: string,
  of: { readonly done: readonly string[]; readonly known: readonly string[] },
): Check {
  const lacking = of.known.filter((each) => !of.done.includes(each));
  const unknown = of.done.filter((each) => !of.known.includes(each));
  if (unknown.length > 0) {
    const fix = 'use the code that made it';
    return badCheck('fail', name, {
      detail: `was migrated by newer code: ${unknown.join(', ')}`,
      fix,
    });
  }
  if (lacking.length > 0) {
    const fix = 'start the service that has it: it migrates at start';
    return badCheck('fail', name, { detail: `lacks ${lacking.join(', ')}`, fix });
  }
  return okCheck(name, `${of.done.length} migrations`);
}
