import fs from 'node:fs/promises';
import { Env } from '../platform/config/env.js';
import { settingsOf } from '../platform/config/setting.js';

/** Writes the table of settings; answers what to tell. */
export async function writeConfigDocs(out: string): Promise<string> {
  await fs.writeFile(out, configDocs());
  return `wrote ${out}`;
}

/** The table of settings as Markdown, from the class that reads them. */
export function configDocs(): string {
  const rows = settingsOf(Env).map(
    ({ name, description, defaultText }) =>
      `| \`${name}\` | ${defaultText ? `\`${defaultText}\`` : '–'} | ${description.replaceAll('|', '\\|')} |`,
  );
  return `# Configuration

Generated from \`src/platform/config/env.ts\` by \`npm run cli -- config-docs\`. Settings are environment variables; an empty
one counts as unset, and a wrong one stops the start with its name and what it should be.

| variable | default | what it does |
| --- | --- | --- |
${rows.join('\n')}
`;
}
