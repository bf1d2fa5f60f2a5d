import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { freePort, until } from './service.js';

/** A running Redis. */
export interface RunningRedis {
  readonly url: string;
  stop(): Promise<void>;
  /** kill -9: nothing is kept. */
  kill(): Promise<void>;
}

/** A Redis of its own on loopback, without persistence; at a port of its own unless one is named. */
export async function startRedis(at?: number): Promise<RunningRedis> {
  const port = at ?? (await freePort());
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    { stdio: 'ignore' },
  );
  await until(
    () => answers(port),
    () => 'redis-server does not answer',
    10,
  );
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exit;
  };
  return { url: `redis://127.0.0.1:${port}`, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
