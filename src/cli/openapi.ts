import fs from 'node:fs/promises';
import { API_ABOUT } from '../api-about.js';
import { createApp } from '../service.js';
import type { Env } from '../platform/config/env.js';
import { openApiDocument } from '../platform/http/openapi.js';
import { openPlatform } from '../platform/platform.js';

/** Writes the API's OpenAPI document; answers what to tell. Needs a database, as the modules do. */
export async function writeOpenApi(env: Env, out: string): Promise<string> {
  const platform = await openPlatform(env, () => undefined);
  try {
    const app = await createApp(platform);
    try {
      await fs.writeFile(out, `${JSON.stringify(openApiDocument(app, API_ABOUT), null, 2)}\n`);
    } finally {
      await app.close();
    }
  } finally {
    await platform.close();
  }
  return `wrote ${out}`;
}
