import { type AddressInfo, createServer, type Server } from 'node:net';
import { untilServing } from './until-serving.js';

const STARTING = { code: '57P03', message: 'the database system is starting up' };
const WRONG_PASSWORD = { code: '28P01', message: 'password authentication failed' };

/** What PostgreSQL sends to whoever it does not let in. */
function refusal({ code, message }: typeof STARTING): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}

/** AuthenticationOk and ReadyForQuery. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

describe('a start whose PostgreSQL', () => {
  let server: Server;
  let asked: number;
  let answers: (nth: number) => Buffer;

  beforeEach(async () => {
    asked = 0;
    server = createServer((socket) => {
      const answer = answers(++asked);
      socket
        .on('error', () => undefined)
        .once('data', () => (answer === WELCOME ? socket.write(answer) : socket.end(answer)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const wait = async (): Promise<string[]> => {
    const heard: string[] = [];
    const { port } = server.address() as AddressInfo;
    await untilServing(`postgres://shop:secret@127.0.0.1:${port}/shop`, (text) => heard.push(text), 0);
    return heard;
  };

  it('serves goes on without a word', async () => {
    answers = () => WELCOME;
    expect(await wait()).toEqual([]);
  });

  it('comes up waits for it, and says so once', async () => {
    answers = (nth) => (nth < 4 ? refusal(STARTING) : WELCOME);
    expect(await wait()).toEqual([
      'PostgreSQL serves nobody yet (the database system is starting up); the start waits for it',
    ]);
    expect(asked).toBe(4);
  });

  it('never serves ends with its words', async () => {
    answers = () => refusal(STARTING);
    await expect(wait()).rejects.toMatchObject(STARTING);
  });

  it('refuses for another reason ends at once', async () => {
    answers = () => refusal(WRONG_PASSWORD);
    await expect(wait()).rejects.toMatchObject(WRONG_PASSWORD);
    expect(asked).toBe(1);
  });
});
