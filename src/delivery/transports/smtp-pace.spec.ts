import { MailServer } from '../../../test/support/mail-server.js';
import { StandingClock } from '../../../test/support/standing-clock.js';
import { SmtpPace } from './smtp-pace.js';
import { MAIL } from './smtp.builder.js';
import { SmtpTransport } from './smtp.js';

function paceAfter(...lettersMs: readonly number[]): SmtpPace {
  const pace = new SmtpPace(10);
  for (const ms of lettersMs) pace.took(ms);
  return pace;
}

const many = (ms: number): number[] => Array.from({ length: 200 }, () => ms);

describe('letters in hand over SMTP', () => {
  it('are four a connection before anything is known of the server', () => {
    expect(paceAfter().letters()).toBe(40);
  });

  it('are as many as leave in half a second', () => {
    expect(paceAfter(...many(62)).letters()).toBe(80);
    expect(paceAfter(...many(160)).letters()).toBe(30);
  });

  it('are sixteen a connection at the most, two at the least', () => {
    expect(paceAfter(...many(0)).letters()).toBe(160);
    expect(paceAfter(...many(400)).letters()).toBe(20);
  });

  it('are not brought down by one letter that hangs', () => {
    expect(paceAfter(...many(5), 20_000).letters()).toBe(130);
    expect(paceAfter(...many(5), 20_000, ...many(5)).letters()).toBe(160);
  });

  it('become few when every connection hangs', () => {
    expect(paceAfter(...many(5), ...many(20_000).slice(0, 10)).letters()).toBe(20);
  });

  it('grow as a server answers at once, and shrink when it takes its time', async () => {
    const server = await MailServer.start();
    const clock = new StandingClock();
    const transport = new SmtpTransport(`smtp://127.0.0.1:${server.port}?maxConnections=3`, clock);
    expect(transport.slots).toBe(12);
    for (let letter = 0; letter < 50; letter++) await transport.send(MAIL);
    expect(transport.slots).toBe(48);
    server.instead = (line) => {
      if (line === '.') clock.ms += 1_000;
      return null;
    };
    for (let letter = 0; letter < 50; letter++) await transport.send(MAIL);
    expect(transport.slots).toBe(6);
    await transport.close();
    await server.close();
  });
});
