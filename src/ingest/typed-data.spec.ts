import { STANDARD_EVENT_TYPES } from '../domain/event-types.js';
import { typedData } from './typed-data.js';

const pointers = (type: string, data: Record<string, unknown>) =>
  typedData(type, data).problems.map(({ pointer }) => pointer);

describe('typedData', () => {
  it('keeps a cart as it came, with fields that no table knows', () => {
    const cart = {
      cartId: '81',
      total: 5980,
      currency: 'RUB',
      mood: { deep: [1] },
      items: [{ productId: 'p1', price: '5980.00', quantity: 1, fabric: 'wool' }],
    };
    const { data, problems } = typedData('cart.updated', cart);
    expect(problems).toEqual([]);
    expect(data).toBe(cart);
  });

  it('keeps whole numbers in ids as text, of the event and of its items', () => {
    const { data } = typedData('cart.updated', {
      cartId: 81,
      items: [{ productId: 7, quantity: 2 }, { productId: 'p' }],
    });
    expect(data).toEqual({ cartId: '81', items: [{ productId: '7', quantity: 2 }, { productId: 'p' }] });
  });

  it('takes an id of 200 characters, pictures too, which are two units each', () => {
    expect(typedData('cart.updated', { cartId: '😀'.repeat(200) }).problems).toEqual([]);
    expect(typedData('cart.updated', { cartId: '😀'.repeat(201) }).problems).toHaveLength(1);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['negative money', { total: -1 }, '/data/total'],
    ['money as words', { total: 'much' }, '/data/total'],
    ['an exponent', { total: '1e3' }, '/data/total'],
    ['no quantity', { items: [{ quantity: 0 }] }, '/data/items/0/quantity'],
    ['a number as text', { items: [{ quantity: '1' }] }, '/data/items/0/quantity'],
    ['an id beyond 2^53', { cartId: 2 ** 53 }, '/data/cartId'],
    ['an id that is no whole number', { cartId: 1.5 }, '/data/cartId'],
    ['an empty id', { cartId: '' }, '/data/cartId'],
    ['an id of 201 characters', { cartId: 'x'.repeat(201) }, '/data/cartId'],
    ['an array for text', { url: ['https://a.example'] }, '/data/url'],
    ['a currency that is none', { currency: 'rubles' }, '/data/currency'],
    ['an object for a list', { items: {} }, '/data/items'],
    ['nothing for an item', { items: [null] }, '/data/items/0'],
    ['text for an item', { items: ['p1'] }, '/data/items/0'],
  ])('refuses %s', (_name, data, pointer) => {
    expect(pointers('cart.updated', data)).toEqual([pointer]);
  });

  it('takes null as absent', () => {
    expect(pointers('cart.updated', { total: null, url: null, items: null })).toEqual([]);
    expect(pointers('cart.updated', { items: [{ price: null }] })).toEqual([]);
  });

  it('takes a day or an instant where an instant is meant', () => {
    expect(pointers('trial.started', { startedAt: '2026-11-07', endsAt: '2026-11-21T09:00:00+03:00' })).toEqual([]);
    expect(pointers('trial.started', { endsAt: '2026-02-30' })).toEqual(['/data/endsAt']);
  });

  it('takes the data of a store’s own types as it is, and no field of Object for one of the table', () => {
    expect(pointers('shop.custom', { total: 'much', items: 7 })).toEqual([]);
    expect(pointers('cart.updated', { toString: 1, valueOf: [] })).toEqual([]);
    for (const type of STANDARD_EVENT_TYPES) expect(pointers(type, {})).toEqual([]);
  });
});
