import { EventEmitter } from 'node:events';
import { endWithService } from './end-with-service.js';
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
