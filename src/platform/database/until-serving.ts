import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** cannot_connect_now: PostgreSQL starts, recovers from a crash, or ends to start again. */
const NOT_NOW = '57P03';
const CONNECT_MS = 10_000;
const PAUSE_MS = 1_000;
/** A recovery takes seconds, seldom a minute. A standby that nobody may read says the same for ever. */
const MOST_PAUSES = 60;

/**
 * Waits while PostgreSQL answers that it serves nobody yet: after a power cut it comes up together with the service.
 * @param tell hears once what it waits for
 * @throws at once where the server refuses for another reason or none is there, and in the end what it still says
 */
export async function untilServing(url: string, tell: (text: string) => void, pauseMs = PAUSE_MS): Promise<void> {
  for (let pauses = 0; ; pauses++) {
    const refusal = await refusalOf(url);
    if (refusal === null) return;
    if (refusal.code !== NOT_NOW || pauses === MOST_PAUSES) throw refusal;
    if (pauses === 0) tell(`PostgreSQL serves nobody yet (${refusal.message}); the start waits for it`);
    await pause(pauseMs);
  }
}

async function refusalOf(url: string): Promise<(Error & { readonly code?: string }) | null> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined); // what the question says is enough
  try {
    await client.connect();
    return null;
  } catch (error) {
    return error as Error;
  } finally {
    await client.end();
  }
}
