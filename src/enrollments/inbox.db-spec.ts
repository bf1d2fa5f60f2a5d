import { migratedDatabase, type TestDatabase } from '../../test/support/database.js';
import { StandingClock } from '../../test/support/standing-clock.js';
import { REAL_LANE } from '../platform/clock/lane.js';
import { cart, Shop } from './engine.builder.js';
import { Inbox } from './inbox.js';
import { InboxMark } from './marks.js';

describe('a person whose events were put off', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await migratedDatabase();
  });
  afterAll(() => database.close());

  it('is left out of claims until everything is looked at again, a minute later', async () => {
    const clock = new StandingClock();
    const inbox = new Inbox(new InboxMark(clock));
    const shop = await Shop.open(database, 'real');
    const anna = await shop.contact();
    await shop.receive(anna, cart(new Date().toISOString()));
    const claimed = async (): Promise<readonly string[]> => {
      const claim = await database.engine.transaction((tx) => inbox.claim(tx, REAL_LANE));
      inbox.reached(claim);
      return claim.contacts.map(({ contactId }) => contactId);
    };
    expect(await claimed()).toEqual([anna]);
    inbox.putOff([{ environmentId: shop.environmentId, contactId: anna }]);
    expect(await claimed()).toEqual([]);
    clock.ms = 59_999;
    expect(await claimed()).toEqual([]);
    clock.ms = 60_000;
    expect(await claimed()).toEqual([anna]);
  });
});
