import { WrongSettings } from './config/read-env.js';
import { runProgram } from './database/embedded/run-program.js';
import { CannotListen, startProblem } from './start-problem.js';

const made = (message: string, more: object): Error => Object.assign(new Error(message), more);

describe('what a program that cannot start tells', () => {
  it('names the setting that leads to no database, and why', () => {
    const refused = made('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED', syscall: 'connect' });
    const told =
      'PostgreSQL cannot be used (connect ECONNREFUSED 127.0.0.1:1): does it run, and does DATABASE_URL name it?';
    expect(startProblem(refused)).toBe(told);
    expect(startProblem(Object.assign(new AggregateError([refused]), { code: 'ECONNREFUSED' }))).toBe(told);
    expect(startProblem(made('database "nodb" does not exist', { code: '3D000' }))).toMatch(/nodb.*DATABASE_URL/);
    expect(startProblem(made('password authentication failed', { code: '28P01' }))).toMatch(/DATABASE_URL/);
  });

  it('does not doubt the address of a server that has no connection left', () => {
    expect(startProblem(made('sorry, too many clients already', { code: '53300' }))).toBe(
      'PostgreSQL cannot be used (sorry, too many clients already): raise its max_connections, or end sessions of others (docs/operations.md)',
    );
  });

  it('nor that a standby runs', () => {
    expect(startProblem(made('cannot execute INSERT in a read-only transaction', { code: '25006' }))).toBe(
      'PostgreSQL cannot be used (cannot execute INSERT in a read-only transaction): DATABASE_URL must name the primary, not a standby',
    );
  });

  it('tells of a pooler that does not pass on what a session is asked to begin with', () => {
    const refused = made('unsupported startup parameter: options', { code: '08P01' });
    expect(startProblem(refused)).toBe(
      'PostgreSQL cannot be used (unsupported startup parameter: options): DATABASE_URL must lead to it without a pooler (docs/operations.md)',
    );
  });

  it('tells what an account may not do, and what it needs', () => {
    const refused = made('permission denied to create role', { code: '42501', query: 'CREATE ROLE x' });
    expect(startProblem(refused)).toBe(
      'PostgreSQL refuses (permission denied to create role): the account of DATABASE_URL must own its database and may create roles (docs/operations.md)',
    );
  });

  it('names the settings of an address that is taken', () => {
    const taken = made('listen EADDRINUSE: 0.0.0.0:80', { code: 'EADDRINUSE', syscall: 'listen' });
    expect(startProblem(new CannotListen(taken))).toBe(
      "listen EADDRINUSE: 0.0.0.0:80: set PORT or HOST to what is free and this machine's own",
    );
  });

  it('and those of one that is a name of nothing, though a database has a name too', () => {
    const nowhere = made('getaddrinfo ENOTFOUND shop.invalid', { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    expect(startProblem(new CannotListen(nowhere))).toMatch(/shop\.invalid: set PORT or HOST/);
    expect(startProblem(nowhere)).toMatch(/DATABASE_URL/);
  });

  it('names a file without where the program was', () => {
    const absent = made("ENOENT: no such file or directory, open 'x'", { code: 'ENOENT', syscall: 'open', path: 'x' });
    expect(startProblem(absent)).toBe("ENOENT: no such file or directory, open 'x'");
    expect(startProblem(new WrongSettings('Wrong settings:'))).toBe('Wrong settings:');
  });

  it('tells of a full disk in a line, which names no file where one is written', () => {
    const full = made('ENOSPC: no space left on device, write', { code: 'ENOSPC', syscall: 'write' });
    expect(startProblem(full)).toBe(
      'ENOSPC: no space left on device, write: make room on the disk, that of DATA_DIR above all',
    );
  });

  it.each([
    'could not write to file "pg_wal/xlogtemp.29": No space left on device',
    'could not extend file "base/1/2691": wrote only 4096 of 8192 bytes',
  ])('and so of one that a program of PostgreSQL found full: %s', async (found) => {
    const says = `console.error(${JSON.stringify(`FATAL:  ${found}${'\nAborted'.repeat(200)}`)}); process.exit(1)`;
    const error: unknown = await runProgram(process.execPath, ['-e', says], undefined).catch((e: unknown) => e);
    expect(startProblem(error)).toMatch(/FATAL: {2}could not .*: make room on the disk, that of DATA_DIR above all$/);
  });

  it('is the whole error where nobody but a programmer can help', () => {
    expect(startProblem(new TypeError('x is undefined'))).toBeNull();
    expect(startProblem(made('column "x" does not exist', { code: '42703' }))).toBeNull();
    expect(startProblem('text')).toBeNull();
  });
});
