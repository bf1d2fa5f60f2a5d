import { Injectable } from '@nestjs/common';
import { validate as isUuid } from 'uuid';
import { lockContacts } from '../contacts/contact-facts.js';
import { environmentTime } from '../platform/clock/lane.js';
import { EngineDatabase } from '../platform/database/engine-database.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { BadInput, Conflict, NotFound } from '../platform/http/domain-error.js';
import { type PageOf, pageOf, type PageQuery, unknownCursor } from '../platform/http/pages.js';
import { ENROLLMENT_ROWS, type EnrollmentRow, enrollmentView, type EnrollmentView } from './enrollment.view.js';
import { RunMover } from './run-mover.js';

const STATES = new Map<string, readonly EnrollmentView['state'][]>([
  ['running', ['waiting', 'sending']],
  ['waiting', ['waiting']],
  ['sending', ['sending']],
  ['ended', ['ended']],
]);

/** Shows people's progress and ends a run by hand. */
@Injectable()
export class EnrollmentsService {
  constructor(
    private readonly requests: RequestDatabase,
    private readonly engine: EngineDatabase,
    private readonly mover: RunMover,
  ) {}

  /**
   * A scenario's runs in the caller's environment, newest first. Throws NotFound for an unknown scenario.
   * @param state `waiting`, `sending`, `ended`, or `running` for the first two; 400 `invalid_state` for anything else
   */
  list(scope: Scope, scenarioKey: string, page: PageQuery, state?: string): Promise<PageOf<EnrollmentView>> {
    const states = state === undefined ? null : STATES.get(state);
    if (states === undefined) throw new BadInput('invalid_state', `state is one of ${[...STATES.keys()].join(', ')}`);
    const before = page.after?.[0] ?? null;
    if (before !== null && !isUuid(before)) throw unknownCursor();
    return this.requests.run(scope, async (manager) => {
      const known = await manager.query<unknown[]>('SELECT 1 FROM scenarios WHERE key = $1', [scenarioKey]);
      if (known.length === 0) throw new NotFound(`scenario ${scenarioKey}`);
      const rows = await manager.query<EnrollmentRow[]>(
        `${ENROLLMENT_ROWS} WHERE r.environment_id = $1 AND r.scenario_key = $2 AND ($3::uuid IS NULL OR r.id < $3)
           AND ($5::text[] IS NULL OR r.state = ANY ($5))
         ORDER BY r.id DESC LIMIT $4`,
        [scope.environmentId, scenarioKey, before, page.limit + 1, states],
      );
      return pageOf(rows, page, (row) => [row.id], enrollmentView);
    });
  }

  /**
   * Ends a run by hand (`exited:<reason>`) and takes back what it still had to send. Ending it once more for the same
   * reason changes nothing; 409 `already_ended` when it had ended otherwise.
   */
  async exit(scope: Scope, id: string, reason: string): Promise<EnrollmentView> {
    const { environmentId } = scope;
    // As the rows have it: a caller may write it in capitals.
    const { id: enrollmentId, contact } = await this.one(scope, id);
    const endReason = `exited:${reason}` as const;
    await this.engine.transaction(async (tx) => {
      const at = await environmentTime(tx, environmentId);
      await lockContacts(tx, [{ environmentId, contactId: contact.id }]);
      await this.mover.exit(tx, [{ environmentId, enrollmentId, reason: endReason }], at);
    });
    const ended = await this.one(scope, id);
    if (ended.endReason !== endReason)
      throw new Conflict('already_ended', `the run has ended before: ${ended.endReason}`);
    return ended;
  }

  private async one(scope: Scope, id: string): Promise<EnrollmentView> {
    if (!isUuid(id)) throw new NotFound(`enrollment ${id}`);
    const [row] = await this.requests.run(scope, (manager) =>
      manager.query<EnrollmentRow[]>(`${ENROLLMENT_ROWS} WHERE r.environment_id = $1 AND r.id = $2`, [
        scope.environmentId,
        id,
      ]),
    );
    if (!row) throw new NotFound(`enrollment ${id}`);
    return enrollmentView(row);
  }
}
