import { DataSource, type DataSourceOptions } from 'typeorm';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { requestDataSource } from '../platform/database/request-data-source.js';
import { RequestDatabase, type Scope } from '../platform/database/request-database.js';
import { Conflict, Unprocessable } from '../platform/http/domain-error.js';
import type { TemplatesService } from '../templates/templates.service.js';
import { pageQuery } from '../platform/http/pages.js';
import { ScenarioRuns } from './ports.js';
import { ScenarioPublisher } from './scenario-publisher.js';
import { ScenarioRegistry } from './scenario-registry.js';
import { ScenarioVersionEntity } from './scenario-version.entity.js';
import { ScenarioEntity } from './scenario.entity.js';
import { ScenariosService } from './scenarios.service.js';

const HELLO = {
  key: 'hello',
  name: 'Hello',
  messageClass: 'service',
  trigger: { type: 'event', event: 'user.registered' },
  steps: [
    { id: 'pause', type: 'wait', for: '1 hour' },
    { id: 'letter', type: 'email', template: 'hello/letter' },
  ],
};

class RecordingRuns extends ScenarioRuns {
  readonly asked: string[] = [];
  areTooMany = false;

  release(_environmentId: string, key: string): Promise<void> {
    this.asked.push(`release ${key}`);
    return Promise.resolve();
  }

  archive(_environmentId: string, key: string): Promise<boolean> {
    this.asked.push(`archive ${key}`);
    return Promise.resolve(!this.areTooMany);
  }
}

describe('publishing', () => {
  let database: TestDatabase;
  let source: DataSource;
  let store: TestStore;
  let scenarios: ScenariosService;
  let publisher: ScenarioPublisher;
  let registry: ScenarioRegistry;
  let runs: RecordingRuns;
  let published: Set<string>;
  let sandbox: Scope;
  let live: Scope;

  beforeAll(async () => {
    database = await migratedDatabase();
    const options = requestDataSource(database.url) as DataSourceOptions;
    source = await new DataSource({ ...options, entities: [ScenarioEntity, ScenarioVersionEntity] }).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });
  beforeEach(async () => {
    store = await aStore(database.engine);
    sandbox = { storeId: store.storeId, environmentId: store.sandboxId };
    live = { storeId: store.storeId, environmentId: store.liveId };
    published = new Set(['hello/letter']);
    const templates: Pick<TemplatesService, 'isPublished'> = {
      isPublished: (_scope, key, pin) => Promise.resolve(published.has(pin ? `${key}@${pin}` : key)),
    };
    const requests = new RequestDatabase(source);
    registry = new ScenarioRegistry();
    runs = new RecordingRuns();
    scenarios = new ScenariosService(requests);
    publisher = new ScenarioPublisher(requests, templates as TemplatesService, registry, runs);
    await scenarios.create(sandbox, HELLO);
  });

  it('makes a version that never changes, and none for the same document', async () => {
    expect(await publisher.publish(sandbox, 'hello')).toEqual({
      key: 'hello',
      version: 1,
      state: 'published',
      warnings: [],
    });
    await scenarios.edit(sandbox, 'hello', { $schema: 'https://shop.example/scenario.json', ...HELLO });
    expect(await publisher.publish(live, 'hello')).toMatchObject({ version: 1 });
    await scenarios.edit(sandbox, 'hello', { ...HELLO, name: 'Hello again' });
    expect(await publisher.publish(sandbox, 'hello')).toMatchObject({ version: 2 });
    expect(await scenarios.get(sandbox, 'hello')).toMatchObject({
      live: { version: 1 },
      sandbox: { version: 2 },
      draft: { name: 'Hello again' },
    });
    expect(await publisher.publish(sandbox, 'hello', 1)).toMatchObject({ version: 1 });
    const { items } = await scenarios.versions(sandbox, 'hello', pageQuery('list'));
    expect(items.map(({ version, document }) => [version, document.name])).toEqual([
      [2, 'Hello again'],
      [1, 'Hello'],
    ]);
    expect(await publisher.publish(sandbox, 'hello')).toMatchObject({ version: 2 });
  });

  it('takes an exit by an event that nobody will post, and says what was hardly meant', async () => {
    const warnings = [{ pointer: '/exits/0/event', code: 'unknown_event_type', detail: expect.any(String) as string }];
    const draft = { ...HELLO, exits: [{ event: 'order.placd', reason: 'purchased' }] };
    expect(await scenarios.edit(sandbox, 'hello', draft)).toMatchObject({ problems: [], warnings });
    expect(await publisher.publish(sandbox, 'hello')).toMatchObject({ version: 1, warnings });
  });

  it('is refused while a template is not published here, and says at which step', async () => {
    published.clear();
    const refusal: unknown = await publisher.publish(sandbox, 'hello').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Unprocessable);
    expect((refusal as Unprocessable).errors).toMatchObject([
      { pointer: '/steps/1/template', code: 'template_not_published' },
    ]);
    expect(await scenarios.get(sandbox, 'hello')).toMatchObject({ sandbox: null });
  });

  it('asks of a pinned template for the version that it names', async () => {
    const [pause, letter] = HELLO.steps;
    await scenarios.edit(sandbox, 'hello', { ...HELLO, steps: [pause, { ...letter, template: 'hello/letter@3' }] });
    await expect(publisher.publish(sandbox, 'hello')).rejects.toThrow('hello/letter@3 is not published');
    published.add('hello/letter@3');
    expect(await publisher.publish(sandbox, 'hello')).toMatchObject({ version: 1 });
  });

  it('publishes what the draft says in the end, not what it said before it was edited and published meanwhile', async () => {
    let isEdited = false;
    const templates: Pick<TemplatesService, 'isPublished'> = {
      isPublished: async () => {
        if (isEdited) return true;
        isEdited = true;
        await scenarios.edit(sandbox, 'hello', { ...HELLO, name: 'Hello again' });
        await publisher.publish(sandbox, 'hello');
        return true;
      },
    };
    const slow = new ScenarioPublisher(new RequestDatabase(source), templates as TemplatesService, registry, runs);
    expect(await slow.publish(sandbox, 'hello')).toMatchObject({ version: 1 });
    const { items } = await scenarios.versions(sandbox, 'hello', pageQuery('list'));
    expect(items.map(({ document }) => document.name)).toEqual(['Hello again']);
  });

  it('takes a draft that is unfinished, and only publishing refuses it', async () => {
    const draft = await scenarios.create(sandbox, {
      key: 'half',
      name: 'Half',
      steps: [{ id: 'a', type: 'wait', for: 'a while' }],
    });
    expect(draft.problems.map(({ pointer }) => pointer)).toContain('/steps/0/for');
    const refused = publisher.publish(sandbox, 'half');
    await expect(refused).rejects.toThrow(Unprocessable);
    await expect(refused).rejects.toThrow('half cannot be published: /messageClass: is required');
  });

  it('cannot come before a draft: who edits what nobody has made is told how it is made', async () => {
    await expect(scenarios.edit(sandbox, 'nobody', { ...HELLO, key: 'nobody' })).rejects.toThrow(
      'scenario nobody was not found: POST /v1/scenarios creates one',
    );
  });

  it('is seen by this process at once', async () => {
    const state = async () =>
      (await registry.publications(database.engine, store.liveId, REAL_LANE)).get('hello')?.state;
    expect(await state()).toBeUndefined();
    await publisher.publish(live, 'hello');
    expect(await state()).toBe('published');
    expect(
      (await registry.listening(database.engine, store.liveId, 'user.registered', REAL_LANE)).map(
        ({ compiled }) => compiled.key,
      ),
    ).toEqual(['hello']);
    await publisher.pause(live, 'hello');
    expect(await state()).toBe('paused');
    await publisher.resume(live, 'hello');
    await publisher.archive(live, 'hello');
    expect(await registry.listening(database.engine, store.liveId, 'user.registered', REAL_LANE)).toEqual([]);
    expect(runs.asked).toEqual(['release hello', 'archive hello']);
  });

  it('is seen in a sandbox at once, whichever process did it', async () => {
    const elsewhere = new ScenarioRegistry();
    const lane = { clock: 'virtual', environmentId: store.sandboxId, now: new Date('2026-11-21T09:00:00Z') } as const;
    const state = async () =>
      (await elsewhere.publications(database.engine, store.sandboxId, lane)).get('hello')?.state;
    await publisher.publish(sandbox, 'hello');
    expect(await state()).toBe('published');
    await publisher.pause(sandbox, 'hello');
    expect(await state()).toBe('paused');
  });

  it('is asked about an event in the order of keys, whichever was published last', async () => {
    for (const key of ['hi', 'hello', 'bye', 'hello']) {
      if (key !== 'hello') await scenarios.create(sandbox, { ...HELLO, key });
      await publisher.publish(sandbox, key);
    }
    await publisher.pause(sandbox, 'bye');
    const listening = await database.engine.transaction(async (tx) => {
      // Rows as they lie in a table with many environments, in the order in which they were written last.
      await tx.query('SET LOCAL enable_indexscan = off');
      await tx.query('SET LOCAL enable_bitmapscan = off');
      return registry.listening(tx, store.sandboxId, 'user.registered', REAL_LANE);
    });
    expect(listening.map(({ compiled }) => compiled.key)).toEqual(['bye', 'hello', 'hi']);
  });

  it('does not resume what is paused, and nothing can be paused that does not run', async () => {
    await expect(publisher.pause(sandbox, 'hello')).rejects.toThrow(Conflict);
    await publisher.publish(sandbox, 'hello');
    await publisher.pause(sandbox, 'hello');
    expect(await publisher.publish(sandbox, 'hello')).toMatchObject({ state: 'paused' });
  });

  it('of what was archived waits until its runs have ended', async () => {
    await publisher.publish(live, 'hello');
    runs.areTooMany = true;
    await publisher.archive(live, 'hello');
    await expect(publisher.publish(live, 'hello')).rejects.toMatchObject({ code: 'runs_ending' });
    expect(await scenarios.get(live, 'hello')).toMatchObject({ live: { state: 'archived' } });
    runs.areTooMany = false;
    expect(await publisher.publish(live, 'hello')).toMatchObject({ state: 'published' });
  });

  it('of what is archived in the middle of it waits too: nobody has ended those runs yet', async () => {
    await publisher.publish(live, 'hello');
    const steps: (() => Promise<unknown>)[] = [
      () => Promise.resolve(), // its document was read
      () => publisher.archive(live, 'hello'), // and that it was not archived
    ];
    class Interrupted extends RequestDatabase {
      override async run<T>(...args: Parameters<RequestDatabase['run']>): Promise<T> {
        const answer = (await super.run(...args)) as T;
        await steps.shift()?.();
        return answer;
      }
    }
    const templates = { isPublished: () => Promise.resolve(true) } as unknown as TemplatesService;
    const slow = new ScenarioPublisher(new Interrupted(source), templates, registry, runs);
    await expect(slow.publish(live, 'hello')).rejects.toMatchObject({ code: 'runs_ending' });
    expect(await scenarios.get(live, 'hello')).toMatchObject({ live: { state: 'archived' } });
  });

  it('keeps a scenario from being deleted until it is archived', async () => {
    await publisher.publish(live, 'hello');
    await expect(scenarios.remove(sandbox, 'hello')).rejects.toThrow(Conflict);
    await publisher.archive(live, 'hello');
    await scenarios.remove(sandbox, 'hello');
    await expect(scenarios.get(sandbox, 'hello')).rejects.toThrow('not found');
  });

  it('keeps a scenario for ever that somebody has been in, with its versions', async () => {
    await publisher.publish(live, 'hello');
    await database.engine.query(
      `INSERT INTO enrollments (environment_id, id, store_id, clock, scenario_key, version, message_class, contact_id, subject, state,
         position, previous_at, entered_at, last_activity_at, event, end_reason, ended_at)
       VALUES ($1, gen_random_uuid(), $2, 'real', 'hello', 1, 'service', gen_random_uuid(), '', 'ended', 'end', now(), now(), now(), '{}',
         'completed', now())`,
      [store.liveId, store.storeId],
    );
    await publisher.archive(live, 'hello');
    await expect(scenarios.remove(sandbox, 'hello')).rejects.toMatchObject({ code: 'has_history' });
    expect((await scenarios.versions(live, 'hello', pageQuery('list'))).items).toHaveLength(1);
  });
});
