const LONGEST = 200;

/** Whether a shop may have this for an id: text of 1–200 characters (a picture is one, as JSON Schema counts), or a safe integer. */
export function isShopId(value: unknown): value is string | number {
  if (typeof value !== 'string') return Number.isSafeInteger(value);
  if (value.length <= LONGEST) return value !== '';
  return value.length <= 2 * LONGEST && Array.from(value).length <= LONGEST;
}
