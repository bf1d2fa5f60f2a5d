import { validate, version } from 'uuid';
import { newId } from './ids.js';

describe('newId', () => {
  it('makes different UUIDv7s in ascending order', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
    expect(ids).toEqual([...new Set(ids)].sort());
  });
});
