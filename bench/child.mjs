import { fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '../scripts/node-flags.mjs';
import { profileFlags } from './profile.mjs';

const SERVICE = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const READY_POLLS = 1_200;
const READY_POLL_MS = 100;
const STOP_MS = 20_000;

/** A process of the bench: a service or a yardstick. */
class Child {
  constructor(process, name) {
    this.process = process;
    this.name = name;
    this.output = '';
    for (const stream of [process.stdout, process.stderr])
      stream.on('data', (data) => (this.output = (this.output + data.toString()).slice(-4_000)));
    this.gone = new Promise((resolve) => process.once('exit', resolve));
  }

  /** Ends it as Ctrl-C would; after 20 seconds without ceremony. */
  async stop() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await this.gone;
    clearTimeout(timer);
  }

  died() {
    return new Error(`${this.name} ended:\n${this.output}`);
  }
}

/** The service as `npm start` runs it. */
export class ServiceProcess extends Child {
  /** Resolves when it is ready. */
  static async start(env, port) {
    const child = spawn(process.execPath, [...NODE_FLAGS, ...profileFlags('service'), SERVICE], {
      env: { ...cleanEnv(), PORT: String(port), LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const service = new ServiceProcess(child, 'the service');
    service.url = `http://127.0.0.1:${port}`;
    for (let poll = 0; poll < READY_POLLS; poll++) {
      if (child.exitCode !== null) throw service.died();
      const answer = await fetch(`${service.url}/health/ready`).catch(() => null);
      if (answer?.status === 200) return service;
      await pause(READY_POLL_MS);
    }
    await service.stop();
    throw new Error(`the service did not become ready:\n${service.output}`);
  }

  /** The most memory it ever held, in MiB; null where the system does not tell. */
  peakRssMb() {
    try {
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.process.pid}/status`, 'utf8'))?.[1]) / 1_024;
    } catch {
      return null;
    }
  }
}

/** A program of `yardsticks/` or `figures/` that answers calls; its other half is `answerCalls`. */
export class Helper extends Child {
  /** Resolves with what it said of itself when it was ready, in `hello`. */
  static async start(file, env) {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      env: { ...cleanEnv(), LOG_LEVEL: 'warn', ...env },
      execArgv: profileFlags(path.basename(file, '.mjs')),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const helper = new Helper(child, file);
    helper.hello = await helper.next();
    return helper;
  }

  /** One call at a time. */
  ask(call, args = {}) {
    const answer = this.next();
    this.process.send({ call, args });
    return answer;
  }

  next() {
    return new Promise((resolve, reject) => {
      const failed = () => reject(this.died());
      this.process.once('exit', failed);
      this.process.once('message', ({ answer, error }) => {
        this.process.off('exit', failed);
        if (error) reject(new Error(`${this.name}: ${error}`));
        else resolve(answer);
      });
    });
  }
}

/** In the helper: says hello, then answers calls until the bench goes. */
export function answerCalls(calls, hello = null) {
  process.on('message', ({ call, args }) => {
    Promise.resolve(calls[call](args)).then(
      (answer = null) => process.send({ answer }),
      (error) => process.send({ error: error.stack }),
    );
  });
  process.once('disconnect', () => process.exit());
  process.once('SIGTERM', () => process.exit());
  process.send({ answer: hello });
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Settings of the shell must not change what is measured. */
function cleanEnv() {
  const { PATH, HOME, TMPDIR, EMBEDDED_PG_USER } = process.env;
  return { PATH, HOME, TMPDIR, EMBEDDED_PG_USER };
}
