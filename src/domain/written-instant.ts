const INSTANT = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** Whether the value is an instant since 1970 with a zone, of a day that the calendar has. */
export function isInstant(value: unknown): boolean {
  const parts = typeof value === 'string' ? INSTANT.exec(value) : null;
  if (!parts) return false;
  const [, year, month, day] = parts.map(Number);
  const lastDay = new Date(Date.UTC(year!, month, 0)).getUTCDate();
  return month! >= 1 && month! <= 12 && day! >= 1 && day! <= lastDay && Date.parse(parts[0]) >= 0;
}

/** An instant, or a day without a time, as events carry them in their data. */
export function isDayOrInstant(value: unknown): boolean {
  return isInstant(typeof value === 'string' && value.length === 10 ? `${value}T00:00:00Z` : value);
}
