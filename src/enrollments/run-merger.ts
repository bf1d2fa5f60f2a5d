import { Injectable } from '@nestjs/common';
import { type ContactMerge, RunMerger } from '../contacts/ports.js';
import type { Sql } from '../platform/database/sql.js';
import { MergedExits } from './merged-exits.js';
import { MessageLedger } from './ports.js';
import { RunReader } from './run-reader.js';
import { RunWriter } from './run-writer.js';
import { settleStanding } from './settle-standing.js';
import type { WorkingRun } from './working-run.js';

/** What becomes of runs when two contacts turn out to be one person. */
@Injectable()
export class StoredRunMerger extends RunMerger {
  constructor(
    private readonly reader: RunReader,
    private readonly exits: MergedExits,
    private readonly ledger: MessageLedger,
    private readonly writer: RunWriter,
  ) {
    super();
  }

  /**
   * First ends one run of each pair that would meet in the constraint of one running run per contact, scenario and
   * subject; then those that one of the two has ended by what the other did, and gives those that wait for an event what the other did;
   * then moves all runs, past ones too, so that
   * cool-downs and the drawn hold-out are kept.
   */
  async mergeRuns(tx: Sql, merge: ContactMerge): Promise<void> {
    const { environmentId, from, into, at } = merge;
    const contacts = [from, into].map((contactId) => ({ environmentId, contactId }));
    const running = await this.reader.lockRunning(tx, contacts);
    const staying = new Map<string, WorkingRun>();
    for (const run of running.sort(byActivity)) {
      const key = `${run.identity.scenarioKey} ${run.state.subject}`;
      const stays = staying.get(key);
      if (!stays) staying.set(key, run);
      else {
        // A letter of either is a letter of both: the clock of the one that stays is not reset any more.
        stays.countTouches(run.state.touches);
        run.end('merged', at);
      }
    }
    await this.exits.apply(tx, [...staying.values()], merge);
    await settleStanding(tx, this.ledger, staying.values(), at);
    await this.writer.write(tx, running, at);
    await tx.query(MOVE, [environmentId, from, into]);
  }
}

/** Later activity first; of equals the run that was there first. */
function byActivity(a: WorkingRun, b: WorkingRun): number {
  return (
    b.state.lastActivityAt.getTime() - a.state.lastActivityAt.getTime() ||
    a.state.enteredAt.getTime() - b.state.enteredAt.getTime() ||
    (a.identity.id < b.identity.id ? -1 : 1)
  );
}

const MOVE = 'UPDATE enrollments SET contact_id = $3 WHERE environment_id = $1 AND contact_id = $2';
