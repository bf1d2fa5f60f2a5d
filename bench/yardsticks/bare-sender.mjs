// Yardstick: nodemailer alone, as the service uses it (pool of 10, base64), with letters that are rendered already.
import nodemailer from 'nodemailer';
import pg from 'pg';
import { answerCalls } from '../child.mjs';

const KINDS = 500;
const { BENCH_LETTERS, BENCH_SINK } = process.env;
const database = new pg.Client({ connectionString: BENCH_LETTERS });
await database.connect();
const { rows } = await database.query(
  `SELECT m.subject, m.to_address, b.html, b.text, b.headers FROM messages m JOIN message_bodies b ON b.message_id = m.id
   WHERE m.state = 'accepted' LIMIT ${KINDS}`,
);
await database.end();
const letters = rows.map(({ subject, to_address: to, html, text, headers }) => {
  const own = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('List-')));
  return {
    from: headers.From,
    to,
    subject,
    html,
    text,
    messageId: headers['Message-ID'],
    headers: own,
    textEncoding: 'base64',
  };
});
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
