import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsObject, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { AbsentOr } from '../platform/http/absent-or.js';
import { AsPosted } from '../platform/http/as-posted.js';
import { IsSample } from './sample-rule.js';
import type { TemplateSample, TemplateSources } from './template-sources.js';
import { TemplateSampleView } from './template.view.js';

const MAX_NAME_CHARS = 200;
/** A language tag is no longer. */
export const MAX_LOCALE_CHARS = 35;

/** A template's draft. */
export class TemplateDto {
  /** What people call it; when absent, a new template is called by its key, and a known one keeps its name. */
  @AbsentOr()
  @IsString()
  @MaxLength(MAX_NAME_CHARS)
  name?: string;

  /** MJML source by BCP 47 locale; `<mj-title>` is the subject, `<mj-preview>` the preheader. */
  @IsObject()
  @AsPosted()
  locales!: TemplateSources;

  /** What a preview shows when it is given no data: `{ "event": as posted, "contact": {…} }`. */
  @ApiPropertyOptional({ type: () => TemplateSampleView })
  @IsOptional()
  @IsObject()
  @IsSample()
  @AsPosted()
  sample?: TemplateSample | null;

  /** Ignored: a document may be sent back as it was read. */
  @IsOptional()
  published?: unknown;

  /** Ignored, as `published` is. */
  @IsOptional()
  updatedAt?: string;

  /** `folder/name`; on an existing template it may only repeat the path. */
  @AbsentOr()
  @IsString()
  key?: string;
}

/** What to preview; everything is optional. */
export class PreviewDto {
  /** MJML to show in place of the draft. */
  @AbsentOr()
  @IsString()
  source?: string;

  /** A published version to show in place of the draft. */
  @ApiPropertyOptional({ type: 'integer' })
  @AbsentOr()
  @IsInt()
  @Min(1)
  version?: number;

  /** The store's locale, or the nearest that the template has, when absent. */
  @AbsentOr()
  @IsString()
  @MaxLength(MAX_LOCALE_CHARS)
  locale?: string;

  /** Data in place of the template's sample. */
  @ApiPropertyOptional({ type: () => TemplateSampleView })
  @AbsentOr()
  @IsObject()
  @IsSample()
  @AsPosted()
  sample?: TemplateSample;

  /** An event as posted, in place of the sample's; where it tells of a `contact`, that is the person. */
  @AbsentOr()
  @IsObject()
  @AsPosted()
  event?: Record<string, unknown>;

  /** Fields of the person, over the sample's. */
  @AbsentOr()
  @IsObject()
  @AsPosted()
  contact?: Record<string, unknown>;
}

/** What to publish. */
export class PublishTemplateDto {
  /** An earlier version to go back to, as it was compiled; the draft when absent. */
  @ApiPropertyOptional({ type: 'integer' })
  @AbsentOr()
  @IsInt()
  @Min(1)
  version?: number;
}
