/**
 * What a payer reads, as a gateway takes it: without control characters and halves of characters,
 * cut between characters to `unitsMax` UTF-16 units, which is how Java and JavaScript count. A
 * subject of which nothing is left becomes `instead`.
 */
export function subjectFor(
  subject: string,
  { unitsMax, instead }: { readonly unitsMax: number; readonly instead: string },
): string {
  let cut = '';
  // What is beyond the cut need not be looked at, however long it is.
  for (const character of subject.slice(0, 8 * unitsMax)) {
    const clean = /[\p{Cc}\p{Cs}\u2028\u2029]/u.test(character) ? ' ' : character;
    if (cut.length + clean.length > unitsMax) break;
    cut += cut === '' && clean.trim() === '' ? '' : clean;
  }
  const trimmed = cut.trimEnd();
  return trimmed === '' ? instead.slice(0, unitsMax) : trimmed;
}
