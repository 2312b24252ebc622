// Generated from avro/ by scripts/generate.mjs. Do not edit.

/** The keys of a subject's personal data are gone for good. Keyed by the subject. */
export interface SubjectErased {
  /** Whose data it was, as kind:name. */
  readonly subject: string;
  /** Ids of the keys, as they stand in what was encrypted with them. */
  readonly keyIds: readonly string[];
  /** Why, in words for people. */
  readonly reason: string;
  /** When, by the clock of whoever erased them. Epoch ms. */
  readonly erasedAt: number;
}

export type ErasuresEvent =
  | { readonly type: 'SubjectErased'; readonly data: SubjectErased };

/** Full record names of {@link ErasuresEvent}. */
export const erasuresEventNames = [
  'plumbline.erasures.SubjectErased',
] as const;
