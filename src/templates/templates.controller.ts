import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../platform/http/auth.js';
import { ApiPage } from '../platform/http/described.js';
import { Idempotent } from '../platform/http/idempotency.js';
import { type PageOf, pageQuery } from '../platform/http/pages.js';
import { RouteLimits } from '../platform/http/route-config.js';
import { MAX_SOURCE_BYTES } from './compile/limits.js';
import { keyPaths, PathKey } from './template-key.js';
import { TemplatePreviews } from './template-previews.js';
import { PreviewDto, PublishTemplateDto, TemplateDto } from './template.dto.js';
import {
  type PreviewView,
  TemplateLine,
  type TemplatePublicationView,
  TemplateVersionLine,
  type TemplateVersionView,
  type TemplateView,
} from './template.view.js';
import { TemplatesService } from './templates.service.js';

/** A template of the largest size, JSON's escapes and the rest of the document around it. */
const LIMITS = { bodyLimit: MAX_SOURCE_BYTES + 128 * 1024, json: { maxStringBytes: MAX_SOURCE_BYTES } };

@ApiTags('templates')
@ApiBearerAuth()
@Controller('v1/templates')
@RequireScope('templates')
export class TemplatesController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly previews: TemplatePreviews,
  ) {}

  /** The store's templates by key, without their sources. */
  @Get()
  @ApiPage(TemplateLine)
  list(
    @CurrentCaller() caller: Caller,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<TemplateLine>> {
    return this.templates.list(caller, pageQuery('templates', limit, cursor));
  }

  /** Stores a new draft. */
  @Post()
  @Idempotent()
  @RouteLimits(LIMITS)
  create(@CurrentCaller() caller: Caller, @Body() dto: TemplateDto): Promise<TemplateView> {
    return this.templates.create(caller, dto);
  }

  /** A template's draft and what is published of it. */
  @Get(keyPaths())
  get(@CurrentCaller() caller: Caller, @PathKey() key: string): Promise<TemplateView> {
    return this.templates.get(caller, key);
  }

  /** Replaces the draft; people get it once it is published. */
  @Put(keyPaths())
  @RouteLimits(LIMITS)
  edit(@CurrentCaller() caller: Caller, @PathKey() key: string, @Body() dto: TemplateDto): Promise<TemplateView> {
    return this.templates.edit(caller, key, dto);
  }

  /** Deletes a template that no environment uses. */
  @Delete(keyPaths())
  @HttpCode(204)
  remove(@CurrentCaller() caller: Caller, @PathKey() key: string): Promise<void> {
    return this.templates.remove(caller, key);
  }

  /** Compiles the draft, or goes back to an earlier version, and makes it what the caller's environment sends from now on. */
  @Post(keyPaths('/publish'))
  @HttpCode(200)
  @ApiBody({ type: PublishTemplateDto, required: false })
  publish(
    @CurrentCaller() caller: Caller,
    @PathKey() key: string,
    @Body() dto: PublishTemplateDto = {},
  ): Promise<TemplatePublicationView> {
    return this.templates.publish(caller, key, dto.version);
  }

  /** Published versions, newest first. */
  @Get(keyPaths('/versions'))
  @ApiPage(TemplateVersionLine)
  versions(
    @CurrentCaller() caller: Caller,
    @PathKey() key: string,
    @Query('limit') limit?: string,
    @Query('cursor') cursor?: string,
  ): Promise<PageOf<TemplateVersionLine>> {
    return this.templates.versions(caller, key, pageQuery('template-versions', limit, cursor));
  }

  /** A published version with its sources; `locales` may be sent back as a draft. */
  @Get(keyPaths('/versions/:version'))
  version(
    @CurrentCaller() caller: Caller,
    @PathKey() key: string,
    @Param('version') version: string,
  ): Promise<TemplateVersionView> {
    return this.templates.version(caller, key, version);
  }

  /** Renders the draft, a version or a given source with sample data. */
  @Post(keyPaths('/preview'))
  @HttpCode(200)
  @ApiBody({ type: PreviewDto, required: false })
  @RouteLimits(LIMITS)
  preview(@CurrentCaller() caller: Caller, @PathKey() key: string, @Body() dto: PreviewDto = {}): Promise<PreviewView> {
    return this.previews.preview(caller, key, dto);
  }
}
