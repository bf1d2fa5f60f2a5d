import { readFileSync } from 'node:fs';

/** The version of package.json, which lies one directory above the sources and above the build alike. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
