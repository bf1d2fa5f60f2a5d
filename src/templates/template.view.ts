import { ApiProperty } from '@nestjs/swagger';
import { Instant } from '../platform/http/described.js';
import type { TemplateProblem } from './compile/compiled-template.js';
import type { TemplateSources } from './template-sources.js';

const SOURCES = {
  type: 'object',
  additionalProperties: { type: 'string' },
  example: { en: '<mjml>…</mjml>' },
} as const;

/** The version that each environment uses. */
export class PublishedInView {
  /** Of the live environment; null where the template is not published. */
  @ApiProperty({ type: 'integer' })
  readonly live!: number | null;
  /** Of the sandbox; null where the template is not published. */
  @ApiProperty({ type: 'integer' })
  readonly sandbox!: number | null;
}

/** What a preview shows when it is given nothing else. */
export class TemplateSampleView {
  /** An event as it is posted (`type`, `data`…), or its `data` alone. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly event?: Readonly<Record<string, unknown>>;
  /** Fields of the person. */
  @ApiProperty({ type: 'object', additionalProperties: true })
  readonly contact?: Readonly<Record<string, unknown>>;
}

/** What every answer about a template tells. */
class NamedTemplateView {
  /** `folder/name`; scenarios name it so, or `folder/name@3` to pin a version. */
  readonly key!: string;
  /** What people call it; the key unless a name was given. */
  readonly name!: string;
  readonly published!: PublishedInView;
  /** When the draft was changed last. */
  @Instant()
  readonly updatedAt!: string;
}

/** A template with its draft. */
export class TemplateView extends NamedTemplateView {
  /** The draft: MJML source by locale (BCP 47). */
  @ApiProperty(SOURCES)
  readonly locales!: TemplateSources;
  /** What a preview shows when it is given no data; null: the preview has none. */
  readonly sample!: TemplateSampleView | null;
}

/** A line of the list of templates: without sources, which may be megabytes. */
export class TemplateLine extends NamedTemplateView {
  /** Locales of the draft. */
  readonly locales!: string[];
}

/** A line of the list of a template's versions. */
export class TemplateVersionLine {
  /** Counted from 1. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** Locales that were published. */
  readonly locales!: string[];
  /** When it was published first. */
  @Instant()
  readonly createdAt!: string;
}

/** A published version with its sources, as they were published. */
export class TemplateVersionView {
  /** The template's. */
  readonly key!: string;
  /** Counted from 1. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** MJML source by locale (BCP 47); may be sent back as a draft. */
  @ApiProperty(SOURCES)
  readonly locales!: TemplateSources;
  /** When it was published first. */
  @Instant()
  readonly createdAt!: string;
}

/** What publishing did. */
export class TemplatePublicationView {
  /** The template's. */
  readonly key!: string;
  /** The version that the caller's environment sends from now on; the newest one where the draft says the same as it. */
  @ApiProperty({ type: 'integer' })
  readonly version!: number;
  /** What was published and could be better: what a preview says of the template, whatever its data. */
  @ApiProperty({ type: () => [TemplateProblemView] })
  readonly warnings!: readonly TemplateProblem[];
}

/** What is wrong with a template, or could be better. */
export class TemplateProblemView implements TemplateProblem {
  /** An `error` refuses publishing, but for `template_error`, which a preview's data may be to blame for; the others are advice. */
  readonly severity!: 'error' | 'warning' | 'info';
  /** Stable snake_case word for programs. */
  readonly code!: string;
  /** A sentence for people. */
  readonly detail!: string;
  /** JSON pointer into the template's document, such as `/locales/ru`. */
  readonly pointer!: string;
  /** Line of the MJML source, from 1; absent where it is not known. */
  @ApiProperty({ type: 'integer', required: false })
  readonly line?: number;
}

/** A letter as somebody would get it; every text is empty where it cannot be rendered, and `problems` say why. */
export class PreviewView {
  /** From `<mj-title>`. */
  readonly subject!: string;
  /** From `<mj-preview>`: what mailboxes show beside the subject. */
  readonly preheader!: string;
  /** The letter, without click links and pixel. */
  readonly html!: string;
  /** The same for those who read no HTML. */
  readonly text!: string;
  /** UTF-8 bytes of the HTML as it would go out, its click links, pages and pixel included, which `html` does not show. */
  @ApiProperty({ type: 'integer' })
  readonly sizeBytes!: number;
  /** Errors of the source or its data, warnings and advice. */
  @ApiProperty({ type: [TemplateProblemView] })
  readonly problems!: readonly TemplateProblem[];
}
