import type { RunIdentity } from './stored-run.js';
import type { WorkingRun } from './working-run.js';

/** The runs of a batch, found by whatever an event names: the contact, the scenario, the subject. */
export class RunBook {
  private readonly runs = new Map<string, WorkingRun>();
  private readonly byContact = new Map<string, WorkingRun[]>();
  private readonly bySubject = new Map<string, WorkingRun[]>();

  constructor(runs: Iterable<WorkingRun> = []) {
    for (const run of runs) this.add(run);
  }

  add(run: WorkingRun): void {
    const { id, environmentId, contactId, scenarioKey } = run.identity;
    this.runs.set(id, run);
    push(this.byContact, contactId, run);
    push(this.bySubject, subjectKey(environmentId, scenarioKey, run.state.subject), run);
  }

  all(): Iterable<WorkingRun> {
    return this.runs.values();
  }

  /** The contact's runs that have not ended. */
  runningOf(contactId: string): WorkingRun[] {
    return (this.byContact.get(contactId) ?? []).filter((run) => run.isRunning);
  }

  /** The contact's run of this scenario and subject that has not ended: there is at most one. */
  runningRun(contactId: string, scenarioKey: string, subject: string): WorkingRun | null {
    const isIt = (run: WorkingRun): boolean =>
      run.identity.scenarioKey === scenarioKey && run.state.subject === subject;
    return this.runningOf(contactId).find(isIt) ?? null;
  }

  /** Everybody's runs of this subject that have not ended. */
  runningOn(environmentId: string, scenarioKey: RunIdentity['scenarioKey'], subject: string): WorkingRun[] {
    return (this.bySubject.get(subjectKey(environmentId, scenarioKey, subject)) ?? []).filter((run) => run.isRunning);
  }
}

function subjectKey(environmentId: string, scenarioKey: string, subject: string): string {
  return `${environmentId} ${scenarioKey} ${subject}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
