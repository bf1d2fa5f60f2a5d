import { WRONG_KEYS, WrongKeys } from './wrong-keys.js';

describe('wrong keys', () => {
  let ms: number;
  let wrong: WrongKeys;
  beforeEach(() => {
    ms = 1_000_000;
    wrong = new WrongKeys({ now: () => new Date(ms), monotonicMs: () => ms });
  });
  const send = (count: number, address: string) => {
    for (let i = 0; i < count; i++) wrong.note(address);
  };

  it('are heard sixty times from an address, then once a second', () => {
    send(WRONG_KEYS - 1, '192.0.2.1');
    expect(wrong.isOver('192.0.2.1')).toBe(false);
    send(1, '192.0.2.1');
    expect(wrong.isOver('192.0.2.1')).toBe(true);
    send(10_000, '192.0.2.1');
    ms += 1_000;
    expect(wrong.isOver('192.0.2.1')).toBe(false);
    send(1, '192.0.2.1');
    expect(wrong.isOver('192.0.2.1')).toBe(true);
    ms += WRONG_KEYS * 1_000;
    send(WRONG_KEYS - 1, '192.0.2.1');
    expect(wrong.isOver('192.0.2.1')).toBe(false);
  });

  it('of one address are not counted against another', () => {
    send(WRONG_KEYS, '192.0.2.1');
    expect(wrong.isOver('192.0.2.2')).toBe(false);
  });

  it('from one network of IPv6 are one client’s, IPv4 addresses in IPv6 form are not', () => {
    for (let i = 0; i < WRONG_KEYS; i++) wrong.note(`2001:db8:1:2::${i.toString(16)}`);
    expect([wrong.isOver('2001:db8:1:2::ffff'), wrong.isOver('2001:db8:1:3::1')]).toEqual([true, false]);
    for (let i = 0; i < WRONG_KEYS; i++) wrong.note(`2001:db8::${i.toString(16)}`);
    expect([wrong.isOver('2001:db8::1:0:0:ffff'), wrong.isOver('2001:db8:0:1::1')]).toEqual([true, false]);
    send(WRONG_KEYS, '::ffff:192.0.2.1');
    expect([wrong.isOver('::ffff:192.0.2.1'), wrong.isOver('::ffff:192.0.2.2')]).toEqual([true, false]);
  });
});
