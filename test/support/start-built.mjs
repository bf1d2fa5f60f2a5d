import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { readEnv } from '../../dist/platform/config/read-env.js';
import { JsonLogger } from '../../dist/platform/logging/console-logger.js';
import { openPlatform } from '../../dist/platform/platform.js';
import { startService } from '../../dist/service.js';

/** Starts the built service in this process, as `main.ts` does, on a random port. For `importByNode`. */
export async function startBuilt(variables) {
  const env = readEnv({ PORT: '0', PUBLIC_URL: 'http://localhost', LOG_LEVEL: 'warn', ...variables });
  Logger.overrideLogger(new JsonLogger(env.LOG_LEVEL));
  const platform = await openPlatform(env, () => undefined);
  const service = await startService(platform).catch(async (error) => {
    await platform.close();
    throw error;
  });
  let stopped;
  const stop = () => (stopped ??= service.close().then(() => platform.close()));
  return { url: service.url, engine: platform.engine, dataSource: service.dataSource, stop };
}
