import { bounceReports } from './bounce-report.js';

const ID = '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';
const refusal = (body: unknown): { status: number; errors?: readonly { pointer: string }[] } => {
  try {
    bounceReports(body);
  } catch (error) {
    return error as { status: number };
  }
  throw new Error('it was taken');
};

describe('a report from the bounce mailbox', () => {
  it('names its letter by id or by the Message-ID header as we wrote it', () => {
    for (const messageId of [ID, ID.toUpperCase(), `<${ID}.1@shop.example>`, `${ID}.2@shop.example`])
      expect(bounceReports({ messageId, kind: 'hard' })).toMatchObject([
        { messageId: ID, kind: 'bounced', suppress: 'hard_bounce' },
      ]);
  });

  it('blocks no address for a refusal that is about us, however permanent: a blacklist, relaying, a policy', () => {
    for (const reason of [
      '550 5.7.1 Client host [203.0.113.9] blocked',
      '550 relaying denied',
      '554 rejected by policy',
    ])
      expect(bounceReports({ messageId: ID, kind: 'hard', reason })).toMatchObject([
        { kind: 'blocked', suppress: null },
      ]);
    for (const reason of ['550 5.1.1 no such user', '550 user unknown', '550', null])
      expect(bounceReports({ messageId: ID, kind: 'hard', reason })).toMatchObject([
        { kind: 'bounced', suppress: 'hard_bounce' },
      ]);
  });

  it('may name an address instead, and may come in a list', () => {
    expect(
      bounceReports([
        { address: 'Anna@Example.com', kind: 'soft', at: '2026-11-21T12:00:00+03:00' },
        { address: 'boris@example.com', kind: 'complaint' },
      ]),
    ).toMatchObject([
      { address: 'anna@example.com', kind: 'blocked', suppress: null, at: new Date('2026-11-21T09:00:00Z') },
      { address: 'boris@example.com', kind: 'complained', suppress: 'complaint', at: null },
    ]);
  });

  it('told twice is one, and of another letter, address, kind, reason or instant another', () => {
    const [byLetter, byAddress] = [
      { messageId: ID, kind: 'hard' },
      { address: 'anna@example.com', kind: 'hard' },
    ];
    const at = '2026-11-21T12:00:00Z';
    const reports = [
      ...[byLetter, byAddress].flatMap((one) => [
        one,
        { ...one, kind: 'soft' },
        { ...one, reason: 'full' },
        { ...one, at },
      ]),
      { ...byLetter, messageId: ID.replace('0199', '0198') },
      { ...byAddress, address: 'boris@example.com' },
    ];
    const keys = [...bounceReports(reports), ...bounceReports(reports)].map(({ key }) => key);
    expect(new Set(keys).size).toBe(reports.length);
    expect(bounceReports({ ...byLetter, at: '2026-11-21T15:00:00+03:00' })[0]!.key).toBe(keys[3]);
  });

  it('is refused with pointers when it cannot mean anything', () => {
    const problems = refusal([
      { kind: 'hard' },
      { messageId: 'x', kind: 'hard' },
      { address: 'nobody', kind: 'medium' },
      { messageId: ID, kind: 'hard', at: 'yesterday', reason: 1, surprise: true },
    ]);
    expect(problems.status).toBe(422);
    expect(problems.errors!.map(({ pointer }) => pointer)).toEqual([
      '/0/messageId',
      '/1/messageId',
      '/2/address',
      '/2/kind',
      '/3/surprise',
      '/3/reason',
      '/3/at',
    ]);
  });

  it.each(['2026-02-30T12:00:00Z', '2026-11-21T24:00:00Z', '2026-11-21T12:00:00'])(
    'is refused with an instant that no calendar has, or no zone: %s',
    (at) => {
      expect(refusal({ messageId: ID, kind: 'hard', at })).toMatchObject({ status: 422, errors: [{ pointer: '/at' }] });
    },
  );

  it('points at a field whose name holds a slash', () => {
    expect(refusal({ messageId: ID, kind: 'hard', 'a/b': 1 }).errors).toMatchObject([{ pointer: '/a~1b' }]);
  });

  it('is malformed when it is no object, or too many', () => {
    for (const body of [null, 'x', 1, [null], [[]], undefined]) expect(refusal(body).status).toBe(400);
    expect(refusal(Array.from({ length: 1_001 }, () => ({ messageId: ID, kind: 'hard' }))).status).toBe(400);
  });
});
