import { v7 } from 'uuid';

/** A new UUIDv7: sortable within this process, never an order between processes. */
export function newId(): string {
  return v7();
}
