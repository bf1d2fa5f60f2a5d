/** A server that goes on for longer than this without ending a line or a reply is not heard out. */
const LONGEST = 65_536;
const CONTINUED = /^\d+-/;

/** Puts a server's bytes together to whole replies; every character of theirs is one byte (`readable`). */
export class SmtpReplies {
  private lines = '';
  private rest = '';

  get tooLong(): boolean {
    return this.unfinished.length > LONGEST;
  }

  /** What is there of a reply that has not ended. */
  get unfinished(): string {
    return this.lines + this.rest;
  }

  /** The replies that end in this chunk. Empty lines between replies are passed over, as some servers send them. */
  take(chunk: Buffer): string[] {
    const text = this.rest + chunk.toString('latin1');
    const replies: string[] = [];
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = text.slice(from, text[end - 1] === '\r' ? end - 1 : end);
      from = end + 1;
      if (CONTINUED.test(line)) this.lines += `${line}\n`;
      else if (this.lines !== '' || line.trim() !== '') {
        replies.push(this.lines + line);
        this.lines = '';
      }
    }
    this.rest = text.slice(from);
    return replies;
  }
}

/** The code with which a reply begins; null when it begins with none. */
export function replyCode(reply: string): number | null {
  return /^\d{3}(?!\d)/.test(reply) ? Number(reply.slice(0, 3)) : null;
}

/** A reply as people read it: as UTF-8 where its bytes are that. */
export function readable(reply: string): string {
  const text = Buffer.from(reply, 'latin1').toString();
  return text.includes('\ufffd') ? reply : text;
}
