import { Injectable } from '@nestjs/common';
import type { ContactMerge } from '../contacts/ports.js';
import { awaitedBy } from '../domain/awaited-event.js';
import { exitFor } from '../domain/exit.js';
import type { Facts } from '../domain/run.js';
import { receive } from '../domain/timeline.js';
import type { Sql } from '../platform/database/sql.js';
import { type FactBook, FactLoader, factQuestion } from './fact-loader.js';
import { type EventQuestion, readStoredEvents, type StoredEvent } from './stored-events.js';
import type { WorkingRun } from './working-run.js';

/**
 * The exits that two people owe each other when they turn out to be one: whoever bought by e-mail what a browser had in its cart
 * ended no run of the browser, and the order has left the inbox. What still waits there finds the run by itself. As with exits, so with
 * what a run waits for: found only when its time is over, the letter that answers it would come too late to be sent.
 */
@Injectable()
export class MergedExits {
  constructor(private readonly facts: FactLoader) {}

  /**
   * Ends those of these running runs that an applied event of the other contact ends, with the event's instant, and moves on those that
   * wait for one. The caller holds the locks of both contacts and of the runs, and writes them. Reads nothing where no run is left.
   */
  async apply(tx: Sql, runs: readonly WorkingRun[], { from, into, at }: ContactMerge): Promise<void> {
    const tried = runs
      .filter((run) => run.isRunning && run.isReadable)
      .map((run) => ({ run, other: otherThan(run, from, into) }));
    const events = (await readStoredEvents(tx, tried.flatMap(eventQuestions))).filter(({ isApplied }) => isApplied);
    if (events.length === 0) return;
    const questions = tried.flatMap(({ run, other: contactId }) => {
      const own = factQuestion(run);
      return [own, { ...own, contactId, run: null }];
    });
    const facts = await this.facts.load(tx, questions, at);
    for (const { run, other } of tried) {
      const known = bothFacts(facts, run, other);
      const others = events.filter(({ contactId }) => contactId === other);
      for (const event of others) tryExit(run, event, known, at);
      for (const event of others) tryWait(run, event, known[0]!, at);
    }
  }
}

function otherThan({ identity: { contactId } }: WorkingRun, from: string, into: string): string {
  return contactId === from ? into : from;
}

function eventQuestions({
  run,
  other: contactId,
}: {
  readonly run: WorkingRun;
  readonly other: string;
}): EventQuestion[] {
  const { environmentId } = run.identity;
  const { enteredAt, previousAt } = run.state;
  const asked = { environmentId, contactId, data: true };
  const exits = run.compiled.exits.map(({ event: type }) => ({ ...asked, type, since: enteredAt }));
  if (!awaitedBy(run.compiled, run.state)) return exits;
  // Behind the one that it is given it may come to the next such wait.
  const waits = run.compiled.steps.flatMap((step) =>
    step.type === 'wait' && step.end.kind === 'event' ? [step.end] : [],
  );
  return [...exits, ...waits.map(({ event: type }) => ({ ...asked, type, since: previousAt }))];
}

/** As an event of one's own: not by what happened before the run began. */
function tryExit(run: WorkingRun, { facts: event }: StoredEvent, known: readonly Facts[], now: Date): void {
  const at = new Date(event.at);
  if (!run.isRunning || at < run.state.enteredAt) return;
  for (const facts of known) {
    const reason = exitFor(run.compiled, run.state, event, facts, now);
    if (reason) return run.end(reason, at);
  }
}

function tryWait(run: WorkingRun, { facts: event }: StoredEvent, facts: Facts, now: Date): void {
  const moved = run.isRunning ? receive(run.compiled, run.state, event, facts, now) : null;
  if (moved) run.apply(moved);
}

/**
 * The run as either contact would have it: what is written of the one person is one's or the other's, field by field, and an exit
 * that holds for either ends the run (rather one reminder too few). What happened, happened to both.
 */
function bothFacts(book: FactBook, run: WorkingRun, other: string): Facts[] {
  const own = book.ofRun(run);
  const others = book.of({ contactId: other, storeId: run.identity.storeId }, run.identity.id);
  const history = [...own.history, ...others.history].sort((a, b) => a.at.getTime() - b.at.getTime());
  return [own, others].map((facts) => ({ ...facts, history }));
}
