import { DataSource, type DataSourceOptions } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { NotFound } from '../platform/http/domain-error.js';
import type { TemplatesService } from '../templates/templates.service.js';
import { pageQuery } from '../platform/http/pages.js';
import type { ScenarioRuns } from './ports.js';
import { setPublication } from './scenario-publications.js';
import { ScenarioPublisher } from './scenario-publisher.js';
import { ScenarioRegistry } from './scenario-registry.js';
import { ScenarioVersionEntity } from './scenario-version.entity.js';
import { ScenarioEntity } from './scenario.entity.js';
import { lockScenario, ScenariosService } from './scenarios.service.js';

const HELLO = {
  key: 'hello',
  name: 'Hello',
  messageClass: 'service',
  trigger: { type: 'event', event: 'user.registered' },
  goals: [{ key: 'first', event: 'first.goal', within: '5 days' }],
  steps: [
    { id: 'pause', type: 'wait', for: '1 hour' },
    { id: 'letter', type: 'email', template: 'hello/letter' },
  ],
};
const OTHER_HELLO = { ...HELLO, goals: [], steps: [{ id: 'later', type: 'wait', for: '3 days' }, HELLO.steps[1]] };

const NO_RUNS: ScenarioRuns = { release: () => Promise.resolve(), archive: () => Promise.resolve(true) };
const PAGE = pageQuery('list');

describe('a scenario that was deleted', () => {
  let database: TestDatabase;
  let source: DataSource;
  let requests: RequestDatabase;
  let store: TestStore;
  let live: Scope;
  let scenarios: ScenariosService;
  let publisher: ScenarioPublisher;
  let registry: ScenarioRegistry;
  /** What happens between a publisher's look at the draft and its writing. */
  let meanwhile: () => Promise<unknown>;

  beforeAll(async () => {
    database = await migratedDatabase();
    const options = requestDataSource(database.url) as DataSourceOptions;
    source = await new DataSource({ ...options, entities: [ScenarioEntity, ScenarioVersionEntity] }).initialize();
    requests = new RequestDatabase(source);
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
    live = { storeId: store.storeId, environmentId: store.liveId };
    meanwhile = () => Promise.resolve();
    const templates: Pick<TemplatesService, 'isPublished'> = { isPublished: () => meanwhile().then(() => true) };
    registry = new ScenarioRegistry();
    scenarios = new ScenariosService(requests);
    publisher = new ScenarioPublisher(requests, templates as TemplatesService, registry, NO_RUNS);
  });

  const firstSteps = async () =>
    (await registry.listening(database.engine, store.liveId, 'user.registered', REAL_LANE)).map(
      ({ compiled }) => compiled.scenario.steps[0],
    );

  const versions = async () => (await scenarios.versions(live, 'hello', PAGE)).items.map(({ version }) => version);

  async function tryAndDelete(document: object): Promise<void> {
    await scenarios.create(live, document);
    await publisher.publish(live, 'hello');
    await publisher.archive(live, 'hello');
    await scenarios.remove(live, 'hello');
  }

  it('and made anew runs as it is written now, also in a process that ran the deleted one', async () => {
    await scenarios.create(live, HELLO);
    await publisher.publish(live, 'hello');
    expect(await firstSteps()).toMatchObject([{ for: 'PT1H' }]);
    await publisher.archive(live, 'hello');
    await scenarios.remove(live, 'hello');
    await scenarios.create(live, OTHER_HELLO);
    await publisher.publish(live, 'hello');
    expect(await firstSteps()).toMatchObject([{ for: 'P3D' }]);
  });

  it('never gives its numbers again, however often it is made anew', async () => {
    await scenarios.create(live, HELLO);
    await publisher.publish(live, 'hello');
    await scenarios.edit(live, 'hello', { ...HELLO, name: 'Hello again' });
    await publisher.publish(live, 'hello');
    await publisher.archive(live, 'hello');
    await scenarios.remove(live, 'hello');
    // Also one that is deleted unpublished remembers those before it.
    await scenarios.create(live, HELLO);
    await scenarios.remove(live, 'hello');
    await tryAndDelete(HELLO);
    await scenarios.create(live, HELLO);
    expect(await publisher.publish(live, 'hello')).toMatchObject({ version: 4 });
    await scenarios.edit(live, 'hello', OTHER_HELLO);
    expect(await publisher.publish(live, 'hello')).toMatchObject({ version: 5 });
    await scenarios.create(live, { ...HELLO, key: 'other' });
    expect(await publisher.publish(live, 'other')).toMatchObject({ version: 1 });
  });

  it('leaves its successor none of its versions, goals or publications', async () => {
    await tryAndDelete(HELLO);
    await scenarios.create(live, OTHER_HELLO);
    expect(await versions()).toEqual([]);
    expect(await scenarios.get(live, 'hello')).toMatchObject({ live: null, sandbox: null });
    await expect(publisher.publish(live, 'hello', 1)).rejects.toThrow(NotFound);
    await publisher.publish(live, 'hello');
    expect(await versions()).toEqual([2]);
    const [running] = (await registry.inEnvironments(database.engine, [store.liveId], REAL_LANE)).values();
    expect([...running!.goalTypes]).toEqual([]);
  });

  it('takes no other scenario with it, nor a template of its name', async () => {
    await scenarios.create(live, { ...OTHER_HELLO, key: 'other' });
    await publisher.publish(live, 'other');
    await database.engine.query(
      `INSERT INTO publications (environment_id, kind, key, version, state) VALUES ($1, 'template', 'hello', 1, 'published')`,
      [store.liveId],
    );
    await tryAndDelete(HELLO);
    const left = await database.engine.query(
      'SELECT kind, key, state FROM publications WHERE environment_id = $1 ORDER BY kind',
      [store.liveId],
    );
    expect(left).toEqual([
      { kind: 'scenario', key: 'other', state: 'published' },
      { kind: 'template', key: 'hello', state: 'published' },
    ]);
  });

  it('while somebody was publishing it is not found by them', async () => {
    await scenarios.create(live, HELLO);
    meanwhile = () => scenarios.remove(live, 'hello');
    await expect(publisher.publish(live, 'hello')).rejects.toThrow(NotFound);
  });

  it('and made anew while somebody went back to a version of it is not published', async () => {
    await scenarios.create(live, HELLO);
    await publisher.publish(live, 'hello');
    await publisher.archive(live, 'hello');
    meanwhile = async () => {
      await scenarios.remove(live, 'hello');
      await scenarios.create(live, OTHER_HELLO);
    };
    await expect(publisher.publish(live, 'hello', 1)).rejects.toThrow(NotFound);
    expect(await scenarios.get(live, 'hello')).toMatchObject({ live: null });
  });

  it('was not one that somebody is publishing: deleting waits for them and is refused', async () => {
    await scenarios.create(live, HELLO);
    let removal: Promise<unknown> = Promise.resolve();
    await requests.run(live, async (manager) => {
      await lockScenario(manager, live, 'hello');
      let isOver = false;
      removal = scenarios.remove(live, 'hello').then(
        () => (isOver = true),
        (error: unknown) => error,
      );
      while (!isOver && (await database.engine.query(WAITING)).length === 0);
      await setPublication(manager, live, 'hello', { version: 1, state: 'published' });
    });
    expect(await removal).toMatchObject({ code: 'published' });
    expect(await scenarios.get(live, 'hello')).toMatchObject({ live: { state: 'published' } });
  });
});

/** Whoever waits for a lock in this database; a row's is waited for by its transaction, which names no database. */
const WAITING = `SELECT 1 FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
  WHERE NOT l.granted AND a.datname = current_database()`;
