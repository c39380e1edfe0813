import openapiTypescript, { astToString, COMMENT_HEADER, type OpenAPI3 } from 'openapi-typescript';

import { createOpenApiDocument, openApiJson } from './openapi.ts';

/** A file that is made from the contract, committed, and compared by a test. */
export interface GeneratedFile {
  /** From the project's root. */
  path: string;
  text: string;
}

/** The HTTP API's document, and the types that the console's client is made from. */
export async function generatedApiFiles(): Promise<GeneratedFile[]> {
  const types = await openapiTypescript(createOpenApiDocument() as OpenAPI3, { alphabetize: true });
  return [
    { path: 'contract/openapi.json', text: openApiJson() },
    { path: 'console/src/api/generated/schema.d.ts', text: COMMENT_HEADER + astToString(types) },
  ];
}
