import { Logger } from '@nestjs/common';
import { lastValueFrom, of, throwError } from 'rxjs';
import { IdempotencyInterceptor } from './idempotency.js';

describe('a key of a request', () => {
  beforeAll(() => void Logger.overrideLogger(false));

  /** A table of one row, whose answers cannot be kept so many times. */
  const table = (failures: number) => {
    let row: { request_hash: Buffer; status: number | null; response: unknown } | null = null;
    const query = (sql: string, values: readonly unknown[]): Promise<unknown[]> => {
      if (sql.startsWith('INSERT')) {
        if (row) return Promise.resolve([]);
        row = { request_hash: values[2] as Buffer, status: null, response: null };
        return Promise.resolve([{ key: values[1] }]);
      }
      if (sql.startsWith('DELETE')) row = null;
      if (sql.startsWith('UPDATE')) {
        if (failures-- > 0) return Promise.reject(new Error('the connection was terminated'));
        row = { ...row!, status: values[2] as number, response: JSON.parse(values[3] as string) };
      }
      return Promise.resolve(sql.startsWith('SELECT') ? [row] : []);
    };
    return { query };
  };
  const reply = { statusCode: 201, status: () => reply, header: () => reply };
  const request = {
    method: 'POST',
    url: '/v1/keys',
    headers: { 'idempotency-key': 'k' },
    caller: { environmentId: 'e' },
  };
  const context = { switchToHttp: () => ({ getRequest: () => request, getResponse: () => reply }) };
  const poster = (failures: number) => {
    const interceptor = new IdempotencyInterceptor(
      table(failures) as never,
      { derive: () => Buffer.alloc(32) } as never,
    );
    let made = 0;
    const post = async (error?: Error) => {
      const handle = () => (error ? throwError(() => error) : of({ made: ++made }));
      return lastValueFrom(await interceptor.intercept(context as never, { handle }));
    };
    return { post };
  };

  it('is answered the same again when only the second try could keep the answer', async () => {
    const { post } = poster(1);
    expect([await post(), await post()]).toEqual([{ made: 1 }, { made: 1 }]);
  });

  it('makes no second thing when the answer could not be kept, and the first caller has it', async () => {
    const { post } = poster(10);
    expect(await post()).toEqual({ made: 1 });
    await expect(post()).rejects.toMatchObject({ status: 409, code: 'request_in_flight' });
  });

  it('is free again when its request failed', async () => {
    const { post } = poster(0);
    await expect(post(new Error('no'))).rejects.toThrow('no');
    expect(await post()).toEqual({ made: 1 });
  });
});
