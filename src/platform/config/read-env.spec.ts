import { readEnv, WrongSettings } from './read-env.js';

const complaint = (variables: Record<string, string>): string => {
  try {
    readEnv(variables);
  } catch (error) {
    if (error instanceof WrongSettings) return error.message;
    throw error;
  }
  throw new Error('nothing was wrong');
};

describe('the settings', () => {
  it('have a default for everything that must be known', () => {
    expect(readEnv({})).toMatchObject({
      PORT: 3000,
      DATA_DIR: './.data',
      ROLES: ['api', 'worker', 'tracking'],
      TRANSPORT: 'outbox',
      TRUST_PROXY: 0,
    });
  });

  it('take an empty variable for an unset one', () => {
    expect(readEnv({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ PORT: 3000 });
    expect(readEnv({ DATABASE_URL: ' ' }).DATABASE_URL).toBeUndefined();
  });

  it.each([
    ['false', 0],
    ['true', 1],
    ['2', 2],
  ])('read TRUST_PROXY=%s as %i proxies', (text, proxies) => {
    expect(readEnv({ TRUST_PROXY: text }).TRUST_PROXY).toBe(proxies);
  });

  it('reach servers by the names of containers, which may have underscores', () => {
    const urls = {
      DATABASE_URL: 'postgres://touchmap:x@my_postgres:5432/touchmap',
      REDIS_URL: 'redis://my_valkey:6379',
      SMTP_URL: 'smtp://mail_server:25',
    };
    expect(readEnv(urls)).toMatchObject(urls);
  });

  it('want an address for links where the port is not known before the start', () => {
    expect(complaint({ PORT: '0' })).toMatch(/PUBLIC_URL must be set, because PORT is 0/);
    expect(readEnv({ PORT: '0', PUBLIC_URL: 'https://mail.shop.example' }).PORT).toBe(0);
  });

  it('name every wrong variable at once and say what it should be', () => {
    const text = complaint({
      PORT: 'many',
      TRANSPORT: 'pigeon',
      DATABASE_URL: 'mysql://x',
      ROLES: 'api,cook',
      TRUST_PROXY: 'yes',
    });
    expect(text).toMatch(/PORT must be a whole number from 0 to 65535 \(it is "many"\)/);
    expect(text).toMatch(/TRANSPORT must be outbox, smtp or sendgrid/);
    expect(text).toMatch(/DATABASE_URL must be postgres:/);
    expect(text).toMatch(/ROLES must be one or more of api, worker, tracking/);
    expect(text).toMatch(/TRUST_PROXY must be true, false or the number of proxies/);
  });

  it.each([
    ['PORT', '70000'],
    ['PORT', '3000.5'],
    ['TRUST_PROXY', '10'],
    ['HOST', 'a b'],
    ['REDIS_URL', 'localhost:6379'],
    ['REDIS_URL', 'redis://:50%off@localhost:6379'],
    ['REDIS_URL', 'redis://localhost:6379/touchmap'],
    ['REDIS_URL', 'redis://localhost:6379?db=x'],
    ['SMTP_URL', 'http://mail'],
    ['PUBLIC_URL', 'shop.example'],
    ['PUBLIC_URL', 'https://shop.example/?from=mail'],
    ['PUBLIC_URL', 'https://shop.example/#mail'],
    ['MAIL_FROM', 'not an address'],
    ['MAIL_FROM', '<shop@example.com> <other@example.com>'],
    ['LIVE_RECIPIENTS', 'anna@@example.com'],
    ['LIVE_RECIPIENTS', ','],
    ['ROLES', ' , '],
    ['ALERT_EMAIL', 'Operators <ops@shop.example>'],
    ['ALERT_WEBHOOK_URL', 'file:///etc/passwd'],
    ['SENDING_HOLD', 'yes'],
    ['SECRET_KEY', 'short'],
    ['LOG_LEVEL', 'loud'],
  ])('refuse %s=%s', (name, value) => {
    expect(complaint({ [name]: value })).toMatch(new RegExp(`^ {2}${name} must be`, 'm'));
  });

  it('never print a secret, not even a wrong one', () => {
    const text = complaint({ SECRET_KEY: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@x/y' });
    expect(text).not.toContain('hunter2');
  });

  it.each(['rateLimit=5', 'maxConnections=2&logger=true', 'toString=1', 'tls='])(
    'refuse an option of the mail server that would have no effect: %s',
    (options) => {
      const text = complaint({ SMTP_URL: `smtp://shop:hunter2@mail.example?${options}` });
      expect(text).toMatch(/^ {2}SMTP_URL must be without the option "(rateLimit|logger|toString|tls)"/m);
      expect(text).not.toContain('hunter2');
    },
  );

  it.each(['maxConnections=0', 'maxConnections=many', 'maxConnections=-1', 'maxMessages=1.5', 'socketTimeout=10s'])(
    'refuse a mail server without a connection, a letter on it or time: %s',
    (options) => {
      expect(complaint({ SMTP_URL: `smtp://mail.example?${options}` })).toMatch(/^ {2}SMTP_URL must be with whole/m);
    },
  );

  it.each(['ignoreTLS=no', 'requireTLS=yes', 'opportunisticTLS=', 'tls.rejectUnauthorized=0'])(
    'refuse a word where the mail server’s encryption is on or off: %s',
    (options) => {
      expect(complaint({ SMTP_URL: `smtp://mail.example?${options}` })).toMatch(/^ {2}SMTP_URL must be with true or/m);
    },
  );

  it('take those that have one', () => {
    const url =
      'smtps://shop:secret@mail.example?maxConnections=2&tls.rejectUnauthorized=false&requireTLS=true&socketTimeout=20000&name=shop.example';
    expect(readEnv({ SMTP_URL: url }).SMTP_URL).toBe(url);
  });

  it('ask for what the chosen transport needs', () => {
    expect(complaint({ TRANSPORT: 'smtp' })).toContain('SMTP_URL must be set, because TRANSPORT is smtp');
    expect(complaint({ TRANSPORT: 'sendgrid' })).toContain('SENDGRID_API_KEY must be set');
  });

  it('read lists and a mailbox with a name', () => {
    const env = readEnv({
      LIVE_RECIPIENTS: 'anna@example.com, example.org',
      MAIL_FROM: '"Shop <EU>" <hello@shop.example>',
      REDIS_URL: 'redis://localhost:6379/1',
      ROLES: 'worker',
    });
    expect(env.LIVE_RECIPIENTS).toEqual(['anna@example.com', 'example.org']);
    expect(env.ROLES).toEqual(['worker']);
  });
});
