/** What a problem says of a field that its object does not have: the one that was meant, where only its spelling differs, else all that there are. */
export function unknownField(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'is not a field of this object';
  const meant = known.find((one) => lettersOf(one) === lettersOf(name));
  return meant === undefined
    ? `is not a field of this object: it has ${known.join(', ')}`
    : `is not a field of this object: write ${meant}`;
}

/** `occurred_at`, `Occurred-At` and `occurredAt` are spellings of one name. */
function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
