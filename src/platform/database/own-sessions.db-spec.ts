import { migratedDatabase } from '../../../test/support/database.js';
import { judgeSessions, proveSessions, sessionProblem } from './own-sessions.js';
import { migrate } from './migrate.js';

describe('the sessions of DATABASE_URL', () => {
  it('are PostgreSQL’s own, each with what it was asked to begin with, or nothing is begun', async () => {
    const database = await migratedDatabase();
    expect(await sessionProblem(database.url)).toBeNull();
    // As behind a pooler that drops them: the role that row-level security holds for would be among what is lost.
    const lost = `${database.url}?options=-c%20jit%3Doff`;
    await expect(proveSessions(lost)).rejects.toThrow(/^ {2}DATABASE_URL must lead to PostgreSQL itself/m);
    await expect(migrate(lost)).rejects.toThrow('gets lost on the way');
    await database.close();
  });

  it('are refused when a pooler shares one out to several connections', () => {
    const session = { pid: 7, isAsAsked: true };
    expect(judgeSessions(session, { pid: 7, isAsAsked: true })).toBe('two connections share one session');
    expect(judgeSessions(session, { pid: 8, isAsAsked: true })).toBeNull();
  });
});
