import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { readEnv } from '../dist/platform/config/read-env.js';
import { JsonLogger } from '../dist/platform/logging/console-logger.js';
import { openPlatform } from '../dist/platform/platform.js';
import { createApp } from '../dist/service.js';

/** The real application in this process, wired but not listening, on the database of the environment's settings. */
export async function openApp() {
  const platform = await openWithSettings();
  const app = await createApp(platform);
  await app.init();
  return { app, platform };
}

/** What every process of the service opens first. */
export function openWithSettings() {
  const env = readEnv(process.env);
  Logger.overrideLogger(new JsonLogger(env.LOG_LEVEL));
  return openPlatform(env, () => undefined);
}
