import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly log: string;
  /** Undefined takes a free one. */
  readonly port: number | undefined;
  readonly stay: boolean;
  readonly exit: boolean;
}

/**
 * What the demo is asked for on the command line.
 * @throws Error that says in a line what is wrong
 */
export function readOptions(args: readonly string[], defaults: Pick<DemoOptions, 'log' | 'stay'>): DemoOptions {
  const { port, ...values } = parseArgs({
    args: [...args],
    options: {
      log: { type: 'string', default: defaults.log },
      port: { type: 'string' },
      stay: { type: 'boolean', default: defaults.stay },
      exit: { type: 'boolean', default: false },
    },
  }).values;
  return { ...values, port: port === undefined ? undefined : portOf(port) };
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new Error(`--port must be a whole number from 1 to 65535 (it is "${text}")`);
  return port;
}
