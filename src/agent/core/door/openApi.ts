import * as z from 'zod';
import { entitlementSchema, problemSchema, receiptSchema, usageSchema } from './schema.ts';

const schemaOf = (schema: z.ZodType): object => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

const answer = (description: string, name: string, type = 'application/json'): object => ({
  description,
  content: { [type]: { schema: { $ref: `#/components/schemas/${name}` } } },
});

const fault = (description: string): object => answer(description, 'Problem', 'application/problem+json');

const FAULTS = {
  400: fault('The request or its body cannot be read; nothing counts.'),
  401: fault('The token is missing or wrong.'),
  403: fault('The Host header names another machine, or the request comes from a browser or over a proxy.'),
};

/** The door's OpenAPI 3.1 document. */
export const openApi = (): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Tollgate door',
    version: '1',
    description: 'Where a product hands in its usage and asks for its verdict.',
  },
  paths: {
    '/v1/usage': {
      post: {
        summary: 'Hands in one usage report, or up to 1,000. A request counts whole or not at all.',
        parameters: [
          {
            name: 'Idempotency-Key',
            in: 'header',
            required: false,
            description: 'Makes the whole request one event: the same key again is answered as the first time.',
            schema: { type: 'string', minLength: 1, maxLength: 256 },
          },
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Usage' } } },
        },
        responses: {
          202: answer('On disk.', 'Receipt'),
          ...FAULTS,
          409: fault('The id of the report, or the Idempotency-Key, was taken before with other content.'),
          411: fault('Neither Content-Length nor Transfer-Encoding.'),
          413: fault('More than 1 MiB.'),
          415: fault('Not JSON in UTF-8, or encoded.'),
          422: fault('Some reports are refused: errors names each; nothing counts.'),
          503: fault('Nothing was counted; come again after Retry-After seconds.'),
        },
      },
    },
    '/v1/entitlement': {
      get: {
        summary: 'May the product run?',
        responses: {
          200: answer('Granted or exempt.', 'Entitlement'),
          ...FAULTS,
          403: { description: 'Refused (Entitlement), or not for this listener (Problem).' },
          503: answer('Pending; come again after Retry-After seconds.', 'Entitlement'),
        },
      },
    },
    '/v1/status': {
      get: {
        summary: 'What "tollgate status --json" prints.',
        responses: {
          200: { description: 'The status.', content: { 'application/json': { schema: { type: 'object' } } } },
          ...FAULTS,
        },
      },
    },
  },
  components: {
    schemas: {
      Usage: schemaOf(usageSchema),
      Receipt: schemaOf(receiptSchema),
      Entitlement: schemaOf(entitlementSchema),
      Problem: schemaOf(problemSchema),
    },
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
  },
  security: [{}, { token: [] }],
});
