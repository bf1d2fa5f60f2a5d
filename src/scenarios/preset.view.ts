import type { MessageClass } from '../domain/scenario-schema.js';

/** A preset as the API shows it. */
export class PresetView {
  /** Its folder's name and its scenario's key. */
  readonly key!: string;
  /** What people call it. */
  readonly name!: string;
  /** `marketing` needs consent; `care`, such as a thank-you, needs it too and no cap counts it; `service` is owed to everybody. */
  readonly messageClass!: MessageClass;
  /** Keys of its letters' templates. */
  readonly templates!: string[];
  /** What it is for and why, Markdown. */
  readonly readme!: string;
}
