// A mail server that takes everything and keeps nothing. It takes commands in one go (PIPELINING), as mail servers do.
import { createServer } from 'node:net';
import { answerCalls } from '../child.mjs';

const END = Buffer.from('\r\n.\r\n');
const ANSWERS = { EHLO: '250-sink\r\n250 PIPELINING\r\n', DATA: '354 go on\r\n', QUIT: '221 bye\r\n' };
let taken = 0;

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.write('220 sink\r\n');
  let rest = Buffer.alloc(0);
  let inData = false;
  socket.on('data', (chunk) => {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    socket.cork();
    while (inData ? endOfData() : command());
    socket.uncork();
  });

  function endOfData() {
    const at = rest.indexOf(END);
    if (at < 0) {
      // Only the last bytes can belong to the end that is still to come.
      rest = rest.subarray(Math.max(0, rest.length - END.length + 1));
      return false;
    }
    rest = rest.subarray(at + END.length);
    inData = false;
    return socket.write(`250 2.0.0 Ok: queued as ${++taken}\r\n`) || true;
  }

  function command() {
    const at = rest.indexOf('\r\n');
    if (at < 0) return false;
    const verb = rest.toString('latin1', 0, 4).toUpperCase();
    rest = rest.subarray(at + 2);
    inData = verb === 'DATA';
    socket.write(ANSWERS[verb] ?? '250 sink\r\n');
    if (verb === 'QUIT') socket.end();
    return true;
  }
});
server.listen(0, '127.0.0.1', () => answerCalls({ taken: () => taken }, server.address().port));
