import { jest } from '@jest/globals';
import { aStore, migratedDatabase, type TestDatabase, type TestStore } from '../../test/support/database.js';
import { aWorker } from '../../test/support/delivery-rig.js';
import { aContact } from '../../test/support/letters.js';
import { aPlannedLetter, aScenario, messageRow } from '../../test/support/planned-letters.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import type { RenderedMail } from '../templates/render-request.js';
import type { Letter } from './letter.js';

/** Half of a character, which PostgreSQL takes in no JSON. */
const HALF = '\ud83d';

describe('a letter with half a character', () => {
  let database: TestDatabase;
  let store: TestStore;

  beforeAll(async () => {
    database = await migratedDatabase();
    store = await aStore(database.engine);
    await aScenario(database.engine, store);
  });
  afterAll(() => database.close());

  /** Letters that are claimed and rendered, and the guard before them. */
  const composed = async (count: number) => {
    const worker = aWorker(database.engine);
    for (let i = 0; i < count; i++)
      await aPlannedLetter(database.engine, store, await aContact(database.engine, store.liveId));
    const { token, messages } = await worker.claims.take(REAL_LANE, count, []);
    const clear = (letters: readonly Letter[]) => worker.guard.clear(REAL_LANE, token, worker.transport, letters);
    return { clear, letters: await worker.composer.compose(REAL_LANE, messages) };
  };
  const withHalf = (letter: Letter, part: Partial<RenderedMail>): Letter => ({
    ...letter,
    rendered: { ...(letter.rendered as RenderedMail), ...part },
  });
  const unstorable = (letter: Letter): Letter => withHalf(letter, { links: [{ index: 0, url: HALF }] });
  const message = ({ message: { id } }: Letter) => messageRow(database.engine, id);

  it('in its subject, as of somebody’s name, goes with the others', async () => {
    const { clear, letters } = await composed(2);
    const half = withHalf(letters[0]!, { subject: `Dear ${HALF}.` });
    expect((await clear([half, letters[1]!])).cleared).toHaveLength(2);
    expect(await message(half)).toMatchObject({ state: 'sending', subject: 'Dear \uFFFD.' });
  });

  it('that PostgreSQL refuses holds up none that was claimed with it', async () => {
    const { clear, letters } = await composed(5);
    const refused = unstorable(letters[2]!);
    const others = letters.filter((_, i) => i !== 2);
    const { cleared, held } = await clear([...others.slice(0, 2), refused, ...others.slice(2)]);
    expect(cleared.map(({ letter }) => letter)).toEqual(others);
    expect(held).toEqual([refused]);
    expect(await message(refused)).toMatchObject({ state: 'claimed' });
  });

  it('leaves it to this process to hand over what was cleared beside it, though PostgreSQL goes away meanwhile', async () => {
    const { clear, letters } = await composed(2);
    const [one, refused] = [letters[0]!, unstorable(letters[1]!)];
    const transaction = database.engine.transaction.bind(database.engine);
    const spy = jest.spyOn(database.engine, 'transaction');
    spy.mockImplementationOnce(transaction).mockImplementationOnce(transaction);
    spy.mockRejectedValueOnce(new Error('Connection terminated'));
    const { cleared, held } = await clear([one, refused]);
    spy.mockRestore();
    expect([cleared.map(({ letter }) => letter), held]).toEqual([[one], [refused]]);
    expect(await message(one)).toMatchObject({ state: 'sending' });
  });
});
