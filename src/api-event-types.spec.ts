import { eventTypesTold } from './api-event-types.js';
import { STANDARD_EVENT_TYPES, standardShape } from './domain/event-types.js';

describe('what /docs tells of the events that a store can post', () => {
  const told = eventTypesTold();
  const rows = new Map(
    told
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .map(([, type = '', fields = '']) => [type.replaceAll('`', ''), fields]),
  );

  /** Names of a row, and of the rows that it refers to. */
  const namesOf = (type: string): string[] => {
    const base = /^as `([^`]+)`/.exec(rows.get(type) ?? '')?.[1];
    const own = [...(rows.get(type) ?? '').matchAll(/`([A-Za-z]+)(?:\[\])?`/g)].map(([, name = '']) => name);
    return [...(base ? namesOf(base) : []), ...own];
  };

  it.each(STANDARD_EVENT_TYPES)('names %s with every field that is checked, and no other', (type) => {
    const shape = standardShape(type);
    expect(namesOf(type).sort()).toEqual(Object.keys(shape?.kind === 'record' ? shape.fields : {}).sort());
  });

  it('says how a field is written where it is no text, and what an item has', () => {
    expect(rows.get('trial.ended')).toBe('as `trial.started`');
    expect(rows.get('trial.started')).toMatch(/^`planId` \*id\*, `plan`, `currency`, `price` \*money\*/);
    expect(rows.get('order.refunded')).toBe('as `order.placed`, and `refundId` *id*, `refunded` *money*');
    expect(rows.get('product.viewed')).toContain('`inStock` *true or false*');
    expect(told).toMatch(/An item of `items\[\]` has `productId` \*id\*.*`imageUrl`\.$/);
  });
});
