/**
 * A record that can never be read: nothing about it changes by trying again. It belongs into the
 * dead letters with this reason.
 */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
  readonly reason: UndecodableReason;
  constructor(reason: UndecodableReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

export type UndecodableReason =
  | 'NULL_VALUE'
  | 'MAGIC_BYTE'
  | 'UNKNOWN_SCHEMA'
  /** The registry's schema is not an Avro record that this code can make sense of. */
  | 'SCHEMA_UNUSABLE'
  /** The writer's schema cannot be resolved to ours: it never went through the registry's check. */
  | 'SCHEMA_INCOMPATIBLE'
  | 'TYPE_NOT_ALLOWED'
  | 'TRUNCATED'
  | 'TRAILING_BYTES'
  | 'MALFORMED'
  | 'UPCASTER_FAILED'
  | 'ENVELOPE_HEADER_MISSING'
  | 'ENVELOPE_HEADER_INVALID';

/** A payload that must not be written as it is: a mistake of our own code, never of a client. */
export class Unencodable extends Error {
  override readonly name = 'Unencodable';
  readonly reason: UnencodableReason;
  /** Path of the field at fault, `items.0.quantity`; `null` when it is no single field. */
  readonly field: string | null;
  constructor(reason: UnencodableReason, message: string, field: string | null = null) {
    super(message);
    this.reason = reason;
    this.field = field;
  }
}

export type UnencodableReason =
  'UNKNOWN_TOPIC' | 'TYPE_NOT_ALLOWED' | 'NOT_PREPARED' | 'INVALID' | 'PII_NOT_ENCRYPTED';

/** The registry has answered: there is no schema with this id. Final. */
export class UnknownSchemaId extends Error {
  override readonly name = 'UnknownSchemaId';
  readonly schemaId: number;
  constructor(schemaId: number) {
    super(`the registry knows no schema ${schemaId}`);
    this.schemaId = schemaId;
  }
}

/** The registry has not answered. Nothing is known to be wrong with the request: try again. */
export class SchemasUnavailable extends Error {
  override readonly name = 'SchemasUnavailable';
}

/** The registry refuses the schema for this subject. Final: only another schema can help. */
export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused';
  readonly subject: string;
  constructor(subject: string, reason: string) {
    super(`the registry refuses the schema of ${subject}: ${reason}`);
    this.subject = subject;
  }
}
