import { LRUCache } from 'lru-cache';
import type { ThreadTemplate } from './render-protocol.js';

/** How many templates a thread keeps compiled, about 1 MB each at worst. */
const MAX_KNOWN = 50;

/** Remembers which templates a thread has, so that each is sent and compiled once. */
export class KnownTemplates {
  private incarnation = 0;
  private forgotten: string[] = [];
  private readonly ids = new LRUCache<string, true>({
    max: MAX_KNOWN,
    dispose: (_, id, reason) => {
      if (reason === 'evict') this.forgotten.push(id);
    },
  });

  /**
   * What has to be told to the thread before it can use the template.
   * @param incarnation a new number means a new thread, which knows nothing
   */
  tell(template: ThreadTemplate, incarnation: number): { template: ThreadTemplate | null; forget: readonly string[] } {
    if (incarnation !== this.incarnation) {
      this.ids.clear();
      this.forgotten = [];
      this.incarnation = incarnation;
    }
    if (this.ids.get(template.id)) return { template: null, forget: [] };
    this.ids.set(template.id, true);
    const forget = this.forgotten;
    this.forgotten = [];
    return { template, forget };
  }
}
