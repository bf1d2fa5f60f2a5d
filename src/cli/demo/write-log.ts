import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateLog, TWO_WEEKS } from './generate-log.js';
import { formatLog } from './log-row.js';

// Writes the log that ships with the project anew; a test holds the file to its generator.
await writeFile(
  fileURLToPath(new URL('../../../demo/two-weeks.csv', import.meta.url)),
  formatLog(generateLog(TWO_WEEKS)),
);
