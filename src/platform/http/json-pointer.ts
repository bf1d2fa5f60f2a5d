/** A key as a step of a JSON pointer (RFC 6901): `/a~1b` for `a/b`. */
export function pointerStep(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
