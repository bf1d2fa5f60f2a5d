import { DeliveryStage } from '../../../src/delivery/delivery.stage.js';
import { DeliveryTimes } from '../../../src/delivery/delivery-times.js';
import { SendGridTransport } from '../../../src/delivery/transports/sendgrid.js';
import { EnrollmentsStage } from '../../../src/enrollments/enrollments.stage.js';
import { EventLoader } from '../../../src/enrollments/event-loader.js';
import { Inbox } from '../../../src/enrollments/inbox.js';
import { InboxMark } from '../../../src/enrollments/marks.js';
import { ProcessEvents } from '../../../src/enrollments/process-events.js';
import { RunDue } from '../../../src/enrollments/run-due.js';
import { StoredScenarioRuns } from '../../../src/enrollments/scenario-runs.js';
import { makePool } from '../../../src/platform/database/pools.js';
import { PostgresIncarnation } from '../../../src/platform/database/postgres-incarnation.js';
import { StageLoop } from '../../../src/platform/queue/stage-loop.js';
import type { StageRunner } from '../../../src/platform/queue/stage-runner.js';
import type { StageName } from '../../../src/platform/queue/stages.js';
import { aWorker } from '../../support/delivery-rig.js';
import { Faults } from './faults.js';
import { FaultyDatabase } from './faulty-database.js';
import { FaultyTransport, watchRequests } from './faulty-transport.js';

/**
 * A worker process with the engine's own parts and nothing else: enrollments and delivery in the live lane, sending to
 * SENDGRID_API_URL. `TIMES` (JSON) are its delivery times, `DEADLINE_MS` the transport's, `FAULT` its faults. It ends with its parent.
 */
const { DATABASE_URL: url = '', SENDGRID_API_URL: api = '', FAULT, TIMES = '{}', DEADLINE_MS = '2000' } = process.env;
const faults = Faults.parse(FAULT);
const times = new DeliveryTimes(JSON.parse(TIMES) as Partial<DeliveryTimes>);
const pool = makePool(url, 'touchmap_engine', 8);
const part = (name: string): FaultyDatabase => new FaultyDatabase(pool, name, faults);
const loops = new Map<StageName, StageLoop>();
const waker = { wake: (stage: StageName): void => void loops.get(stage)?.wake() };
// Of all runners only the one that runs stages knows them; this process has its two loops instead.
const runner = { registerStage: () => undefined } as unknown as StageRunner;

async function main(): Promise<void> {
  const incarnation = await PostgresIncarnation.begin(url);
  watchRequests(faults);
  const transport = new FaultyTransport(
    new SendGridTransport(
      'SG.fake',
      api,
      { now: () => new Date(), monotonicMs: () => performance.now() },
      Number(DEADLINE_MS),
    ),
    faults,
  );
  const { batch, sweeper, mover, ledger, engine } = aWorker(part('other'), {
    id: incarnation.id,
    transport,
    times,
    waker,
    part,
    rendered: () => faults.at('rendered'),
  });
  const { clock, registry, reader, facts, writer, dueMark } = engine;
  const due = new RunDue(part('due'), registry, reader, facts, ledger, writer, dueMark);
  const loader = new EventLoader(registry, reader, facts);
  const nobody = { record: () => Promise.resolve() };
  const events = new ProcessEvents(part('events'), new Inbox(new InboxMark(clock)), loader, writer, nobody, ledger);
  const runs = new StoredScenarioRuns(part('mend'), mover, ledger, dueMark, waker);
  const enrollments = new EnrollmentsStage(runner, clock, events, due, runs);
  for (const stage of [enrollments, new DeliveryStage(batch, sweeper, runner, clock, times)])
    loops.set(
      stage.name,
      new StageLoop(
        { name: stage.name, sweepMs: Math.min(stage.sweepMs, times.sweepMs), drain: (...of) => stage.drain(...of) },
        say,
      ),
    );
  for (const loop of loops.values()) loop.start();
  console.log(`ready ${incarnation.id}`);
  process.once('SIGTERM', () => {
    void Promise.all([...loops.values()].map((loop) => loop.stop()))
      .then(() => Promise.all([transport.close(), incarnation.end()]))
      .then(() => pool.end())
      .then(() => process.exit(0));
  });
}

function say(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
}

process.once('disconnect', () => process.exit(0));
main().catch((error: unknown) => {
  say(error);
  process.exit(1);
});
