import fc from 'fast-check';
import { sendGridEvent } from './sendgrid-event.js';

const MID = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const read = (fields: object) =>
  sendGridEvent({ mid: MID, event: 'delivered', timestamp: 1_763_726_400, email: 'anna@example.com', ...fields })!;

describe('an event of SendGrid', () => {
  it.each([
    [{ event: 'processed' }, 'processed', null, false],
    [{ event: 'deferred' }, 'deferred', null, false],
    [{ event: 'delivered' }, 'delivered', null, false],
    [{ event: 'bounce', type: 'bounce' }, 'bounced', 'hard_bounce', false],
    [{ event: 'bounce' }, 'bounced', 'hard_bounce', false],
    [{ event: 'bounce', type: 'blocked' }, 'blocked', null, false],
    [{ event: 'bounce', type: 'bounce', bounce_classification: 'Reputation' }, 'blocked', null, false],
    [{ event: 'bounce', type: 'bounce', bounce_classification: 'Content' }, 'blocked', null, false],
    [{ event: 'bounce', bounce_classification: 'Frequency or Volume Too High' }, 'blocked', null, false],
    [{ event: 'bounce', bounce_classification: 'Technical' }, 'blocked', null, false],
    [{ event: 'blocked' }, 'blocked', null, false],
    [{ event: 'bounce', type: 'bounce', bounce_classification: 'Invalid Address' }, 'bounced', 'hard_bounce', false],
    [
      { event: 'bounce', bounce_classification: 'Invalid Address', reason: '550 5.7.1 no such user' },
      'bounced',
      'hard_bounce',
      false,
    ],
    [{ event: 'bounce', type: 'bounce', status: '5.7.1', reason: '550 5.7.1 blocked' }, 'blocked', null, false],
    [{ event: 'bounce', type: 'bounce', reason: '550 relaying denied' }, 'blocked', null, false],
    [{ event: 'bounce', status: '5.0.0', reason: '550 5.1.1 unknown' }, 'bounced', 'hard_bounce', false],
    [{ event: 'dropped', reason: 'Bounced Address' }, 'dropped', 'hard_bounce', false],
    [{ event: 'dropped', reason: 'Spam Reporting Address' }, 'dropped', 'complaint', false],
    [{ event: 'dropped', reason: 'Unsubscribed Address' }, 'dropped', null, true],
    [{ event: 'dropped', reason: 'Invalid SMTPAPI header' }, 'dropped', null, false],
    [{ event: 'spamreport' }, 'complained', 'complaint', false],
    [{ event: 'unsubscribe' }, 'unsubscribed', null, true],
    [{ event: 'group_unsubscribe' }, 'unsubscribed', null, true],
    [{ event: 'group_resubscribe' }, 'other', null, false],
    [{ event: 'open', sg_machine_open: true }, 'opened', null, false],
    [{ event: 'click', url: 'https://shop.example' }, 'clicked', null, false],
    [{ event: 'account_status_change' }, 'other', null, false],
  ])('%j means %s', (fields, kind, suppress, unsubscribes) => {
    expect(read(fields)).toMatchObject({
      kind,
      suppress,
      unsubscribes,
      messageId: MID,
      at: new Date(1_763_726_400_000),
    });
  });

  it('is known again under another event id, in another batch and to another server of theirs', () => {
    const first = read({ sg_event_id: 'a', response: '250 ok 1' });
    expect(read({ sg_event_id: 'b', response: '250 ok 2' }).key).toBe(first.key);
    expect(read({ timestamp: 1_763_726_401 }).key).not.toBe(first.key);
    expect(read({ event: 'processed' }).key).not.toBe(first.key);
    expect(read({ event: 'click', url: 'https://a' }).key).not.toBe(read({ event: 'click', url: 'https://b' }).key);
  });

  it('names its letter by mid alone, or by our Message-ID where mail went through the relay', () => {
    expect(read({ sg_message_id: undefined, event: 'bounce' }).messageId).toBe(MID);
    expect(read({ mid: undefined, 'smtp-id': `<${MID}.2@shop.example>` }).messageId).toBe(MID);
    expect(read({ mid: undefined, 'smtp-id': '<abc@ismtpd0001>' }).messageId).toBeNull();
  });

  it('without an instant of these centuries has none', () => {
    const at = (timestamp: unknown) => read({ timestamp }).at;
    expect(at('1763726400')).toEqual(new Date('2025-11-21T12:00:00Z'));
    for (const none of ['', '-1', 'now', 0, -1, null, 1_763_726_400_000_000]) expect(at(none)).toBeNull();
  });

  it('is the provider’s letter by the first part of its id, which all its reports share', () => {
    expect(read({ sg_message_id: 'abc.recvd-5f-1.0' }).providerMessageId).toBe('abc');
    expect(read({ sg_message_id: 'a\u0000bc.0' }).providerMessageId).toBe('abc'); // which PostgreSQL could not store
    expect(read({}).providerMessageId).toBeNull();
  });

  it('leaves no address in what is stored', () => {
    const { detail } = read({
      event: 'bounce',
      status: '5.1.1',
      reason: '550 5.1.1 <anna@example.com>: no such user\u0000',
    });
    expect(detail).toBe('5.1.1: 550 5.1.1 <…>: no such user');
  });

  it.each(['timestamp', 'url', 'reason', 'email', 'mid', 'event'])(
    'is read where its %s is nested without end',
    (field) => {
      const nested: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
      expect(() => sendGridEvent({ mid: MID, event: 'bounce', [field]: nested })).not.toThrow();
    },
  );

  it('is read, or is null, whatever its fields hold', () => {
    const item = fc.oneof(
      fc.anything(),
      fc.record(
        {
          event: fc.oneof(fc.constantFrom('bounce', 'dropped', 'click'), fc.string()),
          mid: fc.anything(),
          reason: fc.anything(),
          type: fc.anything(),
          timestamp: fc.anything(),
          sg_message_id: fc.anything(),
          'smtp-id': fc.anything(),
          url: fc.jsonValue(),
        },
        { requiredKeys: ['event'] },
      ),
    );
    fc.assert(
      fc.property(item, (raw) => {
        const event = sendGridEvent(JSON.parse(JSON.stringify(raw) ?? 'null'));
        return event === null || event.at === null || !Number.isNaN(event.at.getTime());
      }),
    );
  });
});
