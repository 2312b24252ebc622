import type { Catalogue } from '@plumbline/events';
import { subjectOf } from '@plumbline/events';
import { requiredLevel } from '@plumbline/registry';
import type { RegistryView, SchemaState } from '../session/registry-view.ts';
import type { Check } from './check.ts';
import { badCheck, okCheck } from './check.ts';

/** The level, and that every current schema is registered or could be. */
export async function schemaChecks(
  registry: RegistryView,
  catalogue: Catalogue,
): Promise<readonly Check[]> {
  const level = await registry.level();
  const states = new Map<string, SchemaState>();
  for (const { name: topic, records } of catalogue.topics)
    for (const record of records) {
      const subject = subjectOf(topic, record);
      states.set(subject, await registry.stateOf(subject, catalogue.schemas[record] ?? ''));
    }
  return [levelCheck(level), ...stateChecks(states)];
}

function levelCheck(level: string): Check {
  const name = 'registry compatibility level';
  if (level === requiredLevel) return okCheck(name, level);
  return badCheck('fail', name, {
    detail: `is ${level}, not ${requiredLevel}: a schema could be registered that old records break`,
    fix: 'npm run stack -- topics, or PUT /config {"compatibility":"FULL_TRANSITIVE"}',
  });
}

function stateChecks(states: ReadonlyMap<string, SchemaState>): readonly Check[] {
  const those = (state: SchemaState): readonly string[] =>
    [...states].filter(([, each]) => each === state).map(([subject]) => subject);
  const refused = those('incompatible');
  const fresh = those('registrable').length;
  const detail = `${those('registered').length} registered`;
  return [
    ...refused.map((subject) =>
      badCheck('fail', `schema ${subject}`, {
        detail: 'is not compatible with what is registered',
        fix: 'make the change compatible, or give the record another name; never lower the level',
      }),
    ),
    okCheck('schemas', fresh === 0 ? detail : `${detail}, ${fresh} new and compatible`),
  ];
}
