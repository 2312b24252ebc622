import type { SqlValue } from './open-postgres.ts';

/** The conditions of one query with their values, in order; a filter that is not given adds none. */
export interface Conditions {
  add(condition: string, ...values: readonly SqlValue[]): Conditions;
  addIf<T extends SqlValue>(condition: string, value: T | undefined): Conditions;
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

export function conditions(): Conditions {
  const parts: string[] = [];
  const values: SqlValue[] = [];
  const self: Conditions = {
    add(condition, ...given) {
      parts.push(condition);
      values.push(...given);
      return self;
    },
    addIf(condition, value) {
      return value === undefined ? self : self.add(condition, value);
    },
    get sql() {
      return parts.join(' and ');
    },
    values,
  };
  return self;
}
