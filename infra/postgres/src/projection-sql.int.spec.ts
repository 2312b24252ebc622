import { randomBytes } from 'node:crypto';
import { silentLogger } from '@plumbline/observability';
import { afterAll, describe } from 'vitest';
import { contractProjection, describeProjectionSql } from './contract/projection-sql-contract.ts';
import { migrateProjection, useSchema } from './migrate-projection.ts';
import { openPostgres } from './open-postgres.ts';
import { quoted, schemaOf } from './projection.ts';
import { createProjectionSql } from './projection-sql.ts';
import { createRowCopier } from './rebuild/copy-rows.ts';
import { testPostgresUrl } from './testing/order-totals.ts';

const postgres = openPostgres({ url: testPostgresUrl(), poolMax: 2, logger: silentLogger });
const schemas: string[] = [];

afterAll(async () => {
  for (const schema of schemas) await postgres.query(`drop schema ${quoted(schema)} cascade`);
  await postgres.close();
});

describe.each([
  ['as JSON', null],
  ['by COPY', createRowCopier({ rowsMin: 1 })],
])('rows in Postgres, %s', (_how, copier) => {
  describeProjectionSql(async () => {
    const projection = contractProjection(`test_${randomBytes(5).toString('hex')}`);
    const schema = schemaOf(projection);
    schemas.push(schema);
    await migrateProjection({ postgres, projection });
    return {
      transaction: (work) =>
        postgres.transaction(async (sql) => {
          await useSchema(sql, schema);
          await work(createProjectionSql(sql, projection.tables, copier));
        }),
      rows: (table) => postgres.query(`select * from ${quoted(schema)}.${quoted(table)}`),
    };
  });
});
