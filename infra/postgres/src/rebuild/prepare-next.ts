import { atStep } from '@plumbline/observability';
import { RebuildRefused } from '../errors.ts';
import { migrateProjection, useSchema } from '../migrate-projection.ts';
import type { Sql } from '../open-postgres.ts';
import type { ProjectionPosition } from '../positions.ts';
import { readPositions } from '../positions.ts';
import type { Projection } from '../projection.ts';
import { ownTables, quoted, schemaOf } from '../projection.ts';
import type { RebuildContext } from './rebuild-partition.ts';
import { nextSchemaOf } from './schemas.ts';
import { fingerprintOf, isReadModel, noteStep, stepsOf } from './steps-table.ts';

/**
 * Makes the schema that is built beside the live one, with positions at the start of the log; or
 * finds the one that an earlier rebuild has left unfinished. True when it is resumed.
 *
 * Errors: {@link RebuildRefused} when the code has changed since, when the live one was made by
 * other code, and when the log no longer holds what the live one was made of.
 */
export async function prepareNext(
  context: RebuildContext,
  how: { readonly by: string; readonly fresh: boolean; readonly acceptLoss: boolean },
): Promise<boolean> {
  const { projection, postgres } = context;
  const next = nextSchemaOf(projection);
  const fingerprint = fingerprintOf(projection);
  await refuseOtherMigrations(postgres, projection);
  const steps = await stepsOf(postgres, next);
  const last = steps.at(-1);
  if (last !== undefined && !how.fresh) {
    if (last.fingerprint !== fingerprint) {
      throw new RebuildRefused(
        `${next} was begun at ${last.at.toISOString()} by ${last.by} with other code: ` +
          'run that code, or begin anew with --fresh',
      );
    }
    await noteStep(postgres, next, { step: 'RESUMED', by: how.by, fingerprint });
    return true;
  }
  // What has no step yet was killed before it was whole.
  await postgres.query(`drop schema if exists ${quoted(next)} cascade`);
  const starts = await startsOfLog(context);
  if (!how.acceptLoss) await refuseLoss(postgres, projection, starts);
  await migrateProjection({ postgres, projection, schema: next });
  atStep('rebuild', schemaOf(projection), 'migrated');
  await postgres.transaction(async (sql) => {
    await useSchema(sql, next);
    for (const { topic, partition, incarnation, startOffset } of starts) {
      await sql.query(
        `insert into ${ownTables.positions}
           (topic, partition, incarnation, start_offset, next_offset, time_ms)
         values (?, ?, ?, ?, ?, 0)`,
        [topic, partition, incarnation, startOffset, startOffset],
      );
    }
    await noteStep(sql, next, { step: 'BEGAN', by: how.by, fingerprint });
  });
  return false;
}

type Start = Pick<ProjectionPosition, 'topic' | 'partition' | 'incarnation' | 'startOffset'>;

async function startsOfLog({ log, projection }: RebuildContext): Promise<readonly Start[]> {
  const described = await log.describeTopics(projection.inputs);
  const places = described.flatMap(({ topic, partitions, incarnation }) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition, incarnation })),
  );
  return Promise.all(
    places.map(async (place) => ({
      ...place,
      startOffset: (await log.ends(place)).logStartOffset,
    })),
  );
}

/** The live processes go on into what is built, so they must be of the code that builds it. */
async function refuseOtherMigrations(sql: Sql, projection: Projection): Promise<void> {
  const live = schemaOf(projection);
  if (!(await isReadModel(sql, live))) return;
  const done = await sql.query<{ name: string }>(
    `select name from ${quoted(live)}.${ownTables.migrations}`,
  );
  const has = new Set(done.map(({ name }) => name));
  const known = projection.migrations.map(({ name }) => name);
  if (known.length === has.size && known.every((name) => has.has(name))) return;
  throw new RebuildRefused(
    `the live ${live} was made by another version of the code (migrations ` +
      `${[...has].join(', ') || 'none'}): run the service of this version first`,
  );
}

/**
 * The live model, or the newest of an earlier version: what is served now, and must not be ahead of
 * what comes in its place. `null` when there is neither.
 */
export async function servedSchema(sql: Sql, projection: Projection): Promise<string | null> {
  const { name, version } = projection;
  for (let each = version; each >= 1; each -= 1) {
    const schema = schemaOf({ name, version: each });
    if (await isReadModel(sql, schema)) return schema;
  }
  return null;
}

async function refuseLoss(
  sql: Sql,
  projection: Projection,
  starts: readonly Start[],
): Promise<void> {
  const served = await servedSchema(sql, projection);
  if (served === null) return;
  const positions = await readPositions(sql, served);
  const lost = positions.flatMap((position) => {
    const { topic, partition, incarnation, startOffset, nextOffset } = position;
    const now = starts.find((each) => each.topic === topic && each.partition === partition);
    if (now === undefined || now.incarnation !== incarnation) return [];
    if (startOffset === nextOffset || now.startOffset <= startOffset) return [];
    const [had, has] = [startOffset.toString(), now.startOffset.toString()];
    return [`${topic}-${partition} had offset ${had} and begins at ${has} now`];
  });
  if (lost.length === 0) return;
  throw new RebuildRefused(
    `retention has deleted records that ${served} was made of: ${lost.slice(0, 4).join('; ')}` +
      `${lost.length > 4 ? `; and ${lost.length - 4} more` : ''}. What only they told would be ` +
      'missing. Restore them, or accept that with --accept-loss',
  );
}
