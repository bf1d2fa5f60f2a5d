// Yardstick: nodemailer alone, as the service uses it (pool of 10, base64), with letters that are rendered already.
import nodemailer from 'nodemailer';
import { acceptedLetters } from '../accepted-letters.mjs';
import { answerCalls } from '../child.mjs';

const KINDS = 500;
const { BENCH_SERVICE, BENCH_AUTHORIZATION, BENCH_SINK } = process.env;
const letters = (await acceptedLetters(BENCH_SERVICE, BENCH_AUTHORIZATION, KINDS)).map(
  ({ subject, html, text, headers }) => {
    const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('List-')));
    const { From: from, To: to, 'Message-ID': messageId } = headers;
    return { from, to, subject, html, text, messageId, headers: own, textEncoding: 'base64' };
  },
);
const pool = nodemailer.createTransport({
  host: '127.0.0.1',
  port: Number(BENCH_SINK),
  pool: true,
  maxConnections: 10,
  maxMessages: Infinity,
});

answerCalls({
  /** Letters a second. */
  async rate({ count }) {
    const from = performance.now();
    await Promise.all(Array.from({ length: count }, (_, i) => pool.sendMail({ ...letters[i % letters.length] })));
    return (count / (performance.now() - from)) * 1_000;
  },
});
