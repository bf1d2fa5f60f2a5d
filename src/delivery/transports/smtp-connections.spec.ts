import type { Socket } from 'node:net';
import { MailServer } from '../../../test/support/mail-server.js';
import { StandingClock } from '../../../test/support/standing-clock.js';
import {
  ACCEPTED,
  cutWithinLetter,
  holdAnswers,
  IMPATIENT_MS,
  LARGE,
  MAIL,
  PUT_OFF,
  RETRY,
  transportFor,
} from './smtp.builder.js';
import { SmtpTransport } from './smtp.js';
import type { Mail, SendResult } from './transport.js';

type Unknown = Extract<SendResult, { kind: 'unknown' }>;

describe.each([[[]], [['PIPELINING']]])('connections to a mail server that offers %j', (extensions) => {
  let server: MailServer;
  let transport: SmtpTransport;

  beforeEach(async () => {
    server = await MailServer.start();
    server.extensions = extensions;
    transport = transportFor(`smtp://127.0.0.1:${server.port}`);
  });
  /** Instead of the usual one: with these options, soon out of patience. */
  const impatient = async (options = ''): Promise<void> => {
    await transport.close();
    transport = transportFor(`smtp://127.0.0.1:${server.port}${options}`, IMPATIENT_MS);
  };
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it('carry letter after letter', async () => {
    for (let i = 0; i < 5; i++) expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.letters).toHaveLength(5);
    expect(server.connections).toBe(1);
  });

  it('are ten at the most, and every letter goes', async () => {
    const results = await Promise.all(Array.from({ length: 60 }, () => transport.send(MAIL)));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.letters).toHaveLength(60);
    expect(server.connections).toBe(10);
  });

  it('may have died unnoticed: the letter goes over another', async () => {
    await transport.send(MAIL);
    let died = false;
    server.instead = (line, socket) => {
      if (died || !line.startsWith('MAIL')) return null;
      died = true;
      socket.resetAndDestroy();
      return '';
    };
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.letters).toHaveLength(2);
    expect(server.connections).toBe(2);
  });

  it('may have been closed by the server, with a word or without: the letter goes over another', async () => {
    await transport.send(MAIL);
    for (const socket of server.sockets) socket.end('421 4.4.2 idle for too long\r\n');
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    for (const socket of server.sockets) socket.end();
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    server.instead = (line, _, connection) =>
      connection === 3 && line.startsWith('MAIL') ? '421 4.4.2 no more' : null;
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.letters).toHaveLength(4);
  });

  it('carry nothing of a letter that is due back, though its timer was not heard yet: others may have it by now', async () => {
    await transport.close();
    const clock = new StandingClock();
    transport = new SmtpTransport(`smtp://127.0.0.1:${server.port}`, clock, IMPATIENT_MS);
    server.instead = (line) => {
      if (line === 'DATA') clock.ms = IMPATIENT_MS;
      return null;
    };
    expect(await transport.send(MAIL)).toMatchObject(RETRY);
    expect(server.letters).toEqual([]);
  });

  it('that die again and again give the letter back', async () => {
    await transport.send(MAIL);
    server.instead = (line) => (line.startsWith('MAIL') ? '421 4.7.0 go away' : null);
    expect(await transport.send(MAIL)).toMatchObject({ ...RETRY, status: 421 });
    expect(server.letters).toHaveLength(1);
  });

  it('may be fewer than ten by the server’s will: letters wait for those there are', async () => {
    server.instead = (line, _, connection) => (line === 'greeting' && connection > 1 ? '421 4.7.0 too many' : null);
    await transport.send(MAIL);
    const results = await Promise.all(Array.from({ length: 20 }, () => transport.send(MAIL)));
    expect(results.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(server.letters).toHaveLength(21);
  });

  it('serve on after a refusal', async () => {
    await transport.close();
    transport = transportFor(`smtp://127.0.0.1:${server.port}?maxConnections=1`);
    server.instead = (line) => (line.startsWith('RCPT TO:<bad@') ? '550 5.1.1 no such user' : null);
    expect(await transport.send({ ...MAIL, to: 'bad@example.com' })).toMatchObject({ kind: 'rejected', code: '5.1.1' });
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.connections).toBe(1);
    // A server that asks for the letter although it refused the recipient gets an empty one.
    expect(server.letters.filter(({ text }) => text !== '')).toHaveLength(1);
  });

  it('that say more than was asked are not used again', async () => {
    server.instead = (line) => (line === '.' ? '250 2.0.0 Ok: queued as ABC123\r\n250 and more' : null);
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    server.instead = () => null;
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.connections).toBe(2);
  });

  it('cut within a letter: it was certainly not taken', async () => {
    cutWithinLetter(server);
    expect(await transport.send(LARGE)).toMatchObject(RETRY);
  });

  it('answered within a letter: the answer counts, and the rest of it is not waited for', async () => {
    server.instead = (line, socket) => {
      if (line !== 'DATA') return null;
      socket.pause();
      return '354 go ahead\r\n552 5.3.4 too big';
    };
    expect(await transport.send(LARGE)).toMatchObject({ kind: 'rejected', code: '5.3.4' });
    server.instead = () => null;
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.connections).toBe(2);
  });

  it('silent at the greeting, EHLO, MAIL, RCPT or DATA: the letter is called back in time', async () => {
    const words = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA'];
    // Side by side, as each takes all the patience that there is.
    const ends = words.map(async (at) => {
      const silent = await MailServer.start();
      silent.extensions = extensions;
      silent.instead = (line) => (line.startsWith(at) ? '' : null);
      const sender = transportFor(`smtp://127.0.0.1:${silent.port}`, IMPATIENT_MS);
      const result = await sender.send(MAIL);
      await sender.close();
      await silent.close();
      return [at, result, silent.letters];
    });
    expect(await Promise.all(ends)).toMatchObject(words.map((at) => [at, RETRY, []]));
  });

  it('that stop reading within a letter: it is called back and never arrives', async () => {
    await impatient();
    let slow = null as null | Socket;
    server.instead = (line, socket) => {
      if (line !== 'DATA') return null;
      slow = socket.pause();
      return '354 go ahead';
    };
    expect(await transport.send(LARGE)).toMatchObject(RETRY);
    // All of it is read before the next letter: the server shares this process, and would keep that one waiting beyond its patience.
    const closed = new Promise((resolve) => slow?.once('close', resolve));
    slow?.resume();
    await closed;
    server.instead = () => null;
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.letters).toHaveLength(1);
  });

  it('slow after the letter: unknown at the deadline, and what is known later is told', async () => {
    // However soon a line without a letter is given up.
    await impatient('?socketTimeout=200');
    const answers = holdAnswers(server);
    const result = (await transport.send(MAIL)) as Unknown;
    expect(result).toMatchObject({ kind: 'unknown', status: null });
    answers[0]!();
    expect(await result.late).toMatchObject(ACCEPTED);
  });

  it('slow after the letter: others take its place and leave it after as many again', async () => {
    await impatient('?maxConnections=1');
    const answers = holdAnswers(server);
    const first = (await transport.send(MAIL)) as Unknown;
    const second = (await transport.send(MAIL)) as Unknown;
    expect(server.connections).toBe(2);
    expect(await first.late).toMatchObject({ kind: 'unknown', late: null });
    server.instead = () => null;
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    answers[1]!();
    expect(await second.late).toMatchObject(ACCEPTED);
    // The connection of the third letter is the one that is kept.
    expect(await transport.send(MAIL)).toMatchObject(ACCEPTED);
    expect(server.connections).toBe(3);
  });

  it('closed under letters: those handed over are unknown, the others are to be tried again', async () => {
    const allThere = new Promise<void>((resolve) => {
      server.instead = (line) => {
        if (line === '.' && server.letters.length === 9) resolve();
        return line === '.' ? '' : null;
      };
    });
    const sent = Array.from({ length: 12 }, () => transport.send(MAIL));
    await allThere;
    await transport.close();
    const kinds = (await Promise.all(sent)).map(({ kind }) => kind);
    expect(kinds).toEqual([...Array<string>(10).fill('unknown'), 'retry', 'retry']);
    expect(await transport.send(MAIL)).toMatchObject(PUT_OFF);
  });

  it('busy with other letters until the deadline: those that only waited have not used up a try', async () => {
    await impatient('?maxConnections=1');
    server.instead = (line) => (line === '.' ? '' : null);
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => transport.send(MAIL)));
    expect(first).toMatchObject({ kind: 'unknown' });
    for (const other of others) expect(other).toMatchObject(PUT_OFF);
    expect(server.letters).toHaveLength(1);
  });

  it('stuck with a letter: it has used up a try, those behind it have not', async () => {
    await impatient('?maxConnections=1');
    server.instead = (line, _, connection) => (line.startsWith('MAIL') || connection > 1 ? '' : null);
    const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => transport.send(MAIL)));
    expect(first).toMatchObject(RETRY);
    for (const other of others) expect(other).toMatchObject(PUT_OFF);
  });
});

describe('an address', () => {
  let server: MailServer;
  let transport: SmtpTransport;

  beforeEach(async () => {
    server = await MailServer.start();
    server.extensions = ['SMTPUTF8'];
    transport = transportFor(`smtp://127.0.0.1:${server.port}`);
  });
  afterEach(async () => {
    await transport.close();
    await server.close();
  });

  it.each([
    ['anna@Example.com', 'RCPT TO:<anna@example.com>', false],
    ['anna@почта.example', 'RCPT TO:<anna@xn--80a1acny.example>', false],
    ['анна@почта.example', 'RCPT TO:<анна@почта.example>', true],
  ])('%s is named in the way that mail servers know', async (to, rcpt, utf8) => {
    expect(await transport.send({ ...MAIL, to })).toMatchObject(ACCEPTED);
    expect(server.letters[0]!.commands).toContain(rcpt);
    expect(server.letters[0]!.commands).toContain(`MAIL FROM:<shop@shop.example>${utf8 ? ' SMTPUTF8' : ''}`);
  });

  it('with a domain in its own letters needs no server that takes them', async () => {
    server.extensions = [];
    const from = { email: 'shop@магазин.рф', name: 'Магазин' };
    const mail = { ...MAIL, from, to: 'anna@почта.рф', replyTo: 'help@магазин.рф' };
    expect(await transport.send(mail)).toMatchObject(ACCEPTED);
    const [{ commands, text }] = server.letters as [(typeof server.letters)[0]];
    expect(commands.join('\n') + text).toMatch(/^[\r\n\x20-\x7e]+$/);
  });

  it.each<[string, Partial<Mail>, object]>([
    ['recipient', { to: 'a@b.example\r\nRCPT TO:<c@d.example>' }, { kind: 'rejected', code: 'invalid_address' }],
    ['recipient', { to: 'a@b.example> SIZE=1' }, { kind: 'rejected', code: 'invalid_address' }],
    ['sender', { from: { email: 'a@b.example\nX: y', name: null } }, { kind: 'config' }],
    ['subject', { subject: 'a\r\n\r\nb' }, { kind: 'rejected', code: 'invalid_header' }],
    ['reply address', { replyTo: 'a@b.example\nBcc: c@d.example' }, { kind: 'rejected', code: 'invalid_header' }],
    ['header', { headers: { 'X-Y': 'a\r\nBcc: c@d.example' } }, { kind: 'rejected', code: 'invalid_header' }],
  ])('or another text that would begin a line of its own is refused: %s', async (_, change, expected) => {
    expect(await transport.send({ ...MAIL, ...change })).toMatchObject(expected);
    expect(server.connections).toBe(0);
  });
});
