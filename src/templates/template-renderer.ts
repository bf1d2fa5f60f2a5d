import { Injectable } from '@nestjs/common';
import type { RenderRequest, RenderResult } from './render-request.js';

/** Renders letters of published template versions, in other threads and within limits. */
@Injectable()
export class TemplateRenderer {
  /** One result a request, in order. Never throws for a template's fault: that letter's result is `template_error`. */
  render(requests: readonly RenderRequest[]): Promise<readonly RenderResult[]> {
    return Promise.reject(new Error(`not built: ${requests.length}`));
  }
}
