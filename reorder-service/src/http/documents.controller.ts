import { Controller, Get } from '@nestjs/common';
import openApiDocument from '@shelfwire/contract/openapi.json' with { type: 'json' };

import { Public } from './access-guard.ts';

@Controller()
export class DocumentsController {
  @Get('/api/v1/openapi.json')
  @Public()
  openApi(): object {
    return openApiDocument;
  }
}
