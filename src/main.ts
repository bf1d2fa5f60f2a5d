import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { ProcessClock } from './platform/clock/clock.js';
import type { Env } from './platform/config/env.js';
import { readEnv } from './platform/config/read-env.js';
import { endEach } from './platform/end-each.js';
import { JsonLogger } from './platform/logging/console-logger.js';
import { openPlatform, type Platform } from './platform/platform.js';
import { startProblem } from './platform/start-problem.js';
import { startService } from './service.js';
import type { Service } from './service.js';
import { welcome } from './welcome.js';

let platform: Platform | undefined;
let service: Service | undefined;
let endingSince: number | undefined;
/** One Ctrl-C, or the end of a terminal, may arrive twice: from the terminal and from npm or the start script. */
const SAME_SIGNAL_MS = 1_000;
/** What has not ended by then never will: rows and leases know what is open, and whoever stops a process waits for its end. */
const END_MS = 60_000;
const clock = new ProcessClock();

// From the first moment: Ctrl-C while the database starts must not leave it running. Nor must a terminal that is closed.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end());
// Whoever reads the log may go first, as that terminal or what a pipe leads to: nobody reads on, and the work goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  const env = readEnv(process.env);
  await start(env);
} catch (error) {
  console.error(startProblem(error) ?? error);
  process.exitCode = 1;
  await close();
}

async function start(env: Env): Promise<void> {
  Logger.overrideLogger(new JsonLogger(env.LOG_LEVEL));
  platform = await openPlatform(env, (text) => console.log(text));
  if (endingSince !== undefined) return close();
  service = await startService(platform);
  if (endingSince !== undefined) return close();
  console.log(welcome(service, env));
}

/** The first signal drains; a second one does not wait. */
async function end(): Promise<void> {
  const now = clock.monotonicMs();
  if (endingSince !== undefined) {
    if (now - endingSince > SAME_SIGNAL_MS) process.exit(130);
    return;
  }
  endingSince = now;
  setTimeout(giveUp, END_MS).unref();
  if (service) await close();
}

function giveUp(): void {
  console.error(`not everything ended within ${END_MS / 1_000} s; the next start takes over what is open`);
  process.exit(1);
}

async function close(): Promise<void> {
  try {
    await endEach([async () => service?.close(), async () => platform?.close()]);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  }
  process.exit();
}
