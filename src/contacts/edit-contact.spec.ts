import { editContact } from './edit-contact.js';

const KB = 1024;
const AT = new Date('2026-11-21T09:00:00Z');

/** What a call leaves of the attributes, where the contact has `known`. */
async function attributesAfter(known: object, attributes: Record<string, unknown> | null, replace = false) {
  const written: unknown[] = [];
  const tx = {
    query: (_: string, values: readonly unknown[]) => Promise.resolve((written.push(values[2]), [])),
  };
  const row = { id: 'anna', attributes: known } as never;
  await editContact(tx, { environmentId: 'live', row, at: AT }, { attributes }, replace);
  return (JSON.parse(String(written[0])) as { attributes: unknown }).attributes;
}

describe('attributes that grow call by call', () => {
  const known = { a: 'x'.repeat(200 * KB) };
  const refusal = { status: 422, code: 'attributes_too_large', errors: [{ pointer: '/attributes' }] };

  it('are refused beyond 256 KiB of JSON, counted in bytes and with what is known', async () => {
    await expect(attributesAfter(known, { b: 'y'.repeat(60 * KB) })).rejects.toMatchObject(refusal);
    await expect(attributesAfter(known, { b: 'ж'.repeat(30 * KB) })).rejects.toMatchObject(refusal);
    expect(await attributesAfter(known, { b: 'y'.repeat(50 * KB) })).toMatchObject({ b: 'y'.repeat(50 * KB) });
    expect(await attributesAfter(known, { a: null, b: 'y'.repeat(60 * KB) })).toEqual({ b: 'y'.repeat(60 * KB) });
    expect(await attributesAfter(known, { b: 'y'.repeat(60 * KB) }, true)).toEqual({ b: 'y'.repeat(60 * KB) });
  });

  it('may be made smaller where events have made them larger than that', async () => {
    const large = { ...known, b: 'y'.repeat(100 * KB) };
    expect(await attributesAfter(large, { a: 'z'.repeat(180 * KB) })).toMatchObject({ a: 'z'.repeat(180 * KB) });
    expect(await attributesAfter(large, null)).toEqual({});
    await expect(attributesAfter(large, { c: 1 })).rejects.toMatchObject(refusal);
  });
});
