const FIRST_BYTES = 1 << 20;
/** So few are copied by hand before the engine's own copying has begun. */
const FEW_BYTES = 100;
/** UTF-8 of one UTF-16 unit is at most this long. */
const MAX_BYTES_A_CHAR = 3;

/** Collects UTF-8 behind each other. Writing texts into room to spare saves measuring each text before it is written. */
export class OutputBuffer {
  private buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private length = 0;

  clear(): void {
    this.length = 0;
  }

  /** Adds the text and returns its bytes. */
  append(text: string): number {
    this.reserve(this.length + text.length * MAX_BYTES_A_CHAR);
    const written = this.buffer.write(text, this.length);
    this.length += written;
    return written;
  }

  /** Adds the bytes `from … to` of others. */
  copy(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from;
    this.reserve(this.length + length);
    const { buffer, length: at } = this;
    if (length < FEW_BYTES) for (let i = 0; i < length; i++) buffer[at + i] = bytes[from + i]!;
    else buffer.set(length === bytes.length ? bytes : bytes.subarray(from, to), at);
    this.length += length;
  }

  /** How many bytes were collected so far. */
  get size(): number {
    return this.length;
  }

  /** A look at collected bytes, good until something is added. */
  view(at: number, length: number): Buffer {
    return this.buffer.subarray(at, at + length);
  }

  /** What was collected, in a buffer that may be given away. */
  take(): ArrayBuffer {
    const taken = new ArrayBuffer(this.length);
    new Uint8Array(taken).set(this.buffer.subarray(0, this.length));
    return taken;
  }

  private reserve(bytes: number): void {
    if (bytes <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.buffer.length));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
