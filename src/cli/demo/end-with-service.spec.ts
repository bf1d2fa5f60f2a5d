import { EventEmitter } from 'node:events';
import { endWithService } from './end-with-service.js';
import { readOptions } from './options.js';
import { withoutSettings } from './service-process.js';

describe('a demo that is told to end', () => {
  it('stays until its service is gone, however often one Ctrl-C arrives, and asks it once', async () => {
    const signals = new EventEmitter();
    const said: string[] = [];
    let gone: () => void = () => undefined;
    const stop = (): Promise<void> => {
      said.push('stop');
      return new Promise((resolve) => (gone = resolve));
    };
    const isEnding = endWithService(signals, { stop }, (code) => said.push(`exit ${code}`));
    expect(isEnding()).toBe(false);
    signals.emit('SIGINT');
    // Node ends a process by a signal that nobody listens for.
    expect([signals.emit('SIGINT'), signals.emit('SIGTERM')]).toEqual([true, true]);
    expect([isEnding(), ...said]).toEqual([true, 'stop']);
    gone();
    await new Promise(setImmediate);
    expect(said).toEqual(['stop', 'exit 130']);
  });
});

describe('the service of a demo', () => {
  it('takes no setting of the one that sends for real, but finds its programs and the account of its database', () => {
    const machine = { PATH: '/usr/bin', EMBEDDED_PG_USER: 'node' };
    const real = { TRANSPORT: 'smtp', SMTP_URL: 'smtp://mail', SENDING_HOLD: 'true', SEND_LEASE_S: '5', HOST: '::1' };
    expect(withoutSettings({ ...machine, ...real })).toEqual(machine);
  });
});

describe('what the demo is asked for', () => {
  const read = (...args: string[]) => readOptions(args, { log: 'shipped.csv', stay: false });

  it('is a free port, the shipped log and its end, unless it is told otherwise', () => {
    expect(read()).toEqual({ log: 'shipped.csv', port: undefined, stay: false, exit: false });
    expect(read('--port', '4000', '--stay', '--log', 'x.csv')).toMatchObject({ log: 'x.csv', port: 4000, stay: true });
  });

  it.each(['abc', '', '0', '65536', '80.5'])('is no port of %j, and says so before anything starts', (port) => {
    expect(() => read(`--port=${port}`)).toThrow(`--port must be a whole number from 1 to 65535 (it is "${port}")`);
  });
});
