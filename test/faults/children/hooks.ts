import { fastify } from 'fastify';
import { DueWatermark } from '../../../src/delivery/due-watermark.js';
import { SqlMessageLedger } from '../../../src/delivery/message-ledger.js';
import { DueMark } from '../../../src/enrollments/marks.js';
import { RunMover } from '../../../src/enrollments/run-mover.js';
import { RunReader } from '../../../src/enrollments/run-reader.js';
import { RunWriter } from '../../../src/enrollments/run-writer.js';
import { ProcessClock } from '../../../src/platform/clock/clock.js';
import type { Env } from '../../../src/platform/config/env.js';
import { makePool } from '../../../src/platform/database/pools.js';
import { ScenarioRegistry } from '../../../src/scenarios/scenario-registry.js';
import { ConnectorDirectory } from '../../../src/tracking/provider-events/connector-directory.js';
import { PersonalEffects } from '../../../src/tracking/provider-events/personal-effects.js';
import { ProviderEvents } from '../../../src/tracking/provider-events/provider-events.service.js';
import { SendGridHook } from '../../../src/tracking/provider-events/sendgrid-hook.js';
import { BLIND_KEYS } from '../../support/blind-keys.js';
import { Faults } from './faults.js';
import { FaultyDatabase } from './faulty-database.js';

/** A process that takes SendGrid's reports at /hooks/sendgrid/… on PORT, with the service's own parts. It ends with its parent. */
const { DATABASE_URL: url = '', PORT = '0', FAULT } = process.env;
const faults = Faults.parse(FAULT);
const database = new FaultyDatabase(makePool(url, 'touchmap_engine', 5), 'webhook', faults);
const clock = new ProcessClock();
const waker = { wake: () => undefined };
const ledger = new SqlMessageLedger(new DueWatermark(clock));
const writer = new RunWriter(ledger, new DueMark(clock), waker);
const mover = new RunMover(new RunReader(new ScenarioRegistry()), ledger, writer);
const events = new ProviderEvents(database, mover, new PersonalEffects(mover, BLIND_KEYS), waker);
const env = { WEBHOOK_WINDOW_S: 90_000 } as Env;
const hook = new SendGridHook(new ConnectorDirectory(database), events, env);
const server = fastify();
void server.register(hook.plugin);
server.listen({ port: Number(PORT), host: '127.0.0.1' }).then(
  () => console.log('ready'),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
process.once('SIGTERM', () => {
  void server
    .close()
    .then(() => database.pool.end())
    .then(() => process.exit(0));
});
process.once('disconnect', () => process.exit(0));
