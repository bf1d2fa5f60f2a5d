import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CompiledVersions } from './compiled-versions.js';
import { KeptLetters } from './kept-letters.js';
import { LetterLinks } from './letter-links.js';
import { TemplateCatalog } from './template-catalog.js';
import { TemplateCompiler } from './template-compiler.js';
import { TemplatePreviews } from './template-previews.js';
import { TemplateRenderer } from './template-renderer.js';
import { TemplateVersionEntity } from './template-version.entity.js';
import { TemplateEntity } from './template.entity.js';
import { TemplatesController } from './templates.controller.js';
import { TemplatesService } from './templates.service.js';

/** Letters' templates: drafts, publishing, rendering. `StoreProfiles` is bound by the app. */
@Module({
  imports: [TypeOrmModule.forFeature([TemplateEntity, TemplateVersionEntity])],
  controllers: [TemplatesController],
  providers: [
    TemplatesService,
    TemplatePreviews,
    TemplateCatalog,
    TemplateCompiler,
    TemplateRenderer,
    CompiledVersions,
    KeptLetters,
    LetterLinks,
  ],
  exports: [
    TemplatesService,
    TemplateCatalog,
    TemplateCompiler,
    TemplatePreviews,
    TemplateRenderer,
    KeptLetters,
    LetterLinks,
  ],
})
export class TemplatesModule {}
