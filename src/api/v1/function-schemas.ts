import { DEFAULT_LIMITS } from '../../core/limits.ts';
import type { JsonSchema } from '../schema.ts';

/** The limits of a function, by name. */
export const LIMIT_PROPERTIES: Readonly<Record<string, JsonSchema>> = Object.fromEntries(
  Object.keys(DEFAULT_LIMITS).map((name) => [name, { type: 'integer', minimum: 0 }]),
);

/** What can be set for a function, as answers show it. */
const SETTINGS = {
  type: 'object',
  additionalProperties: true,
  properties: {
    limits: {
      type: 'object',
      properties: LIMIT_PROPERTIES,
      description: 'What one call may use. Sizes in bytes, times in ms.',
    },
    environment: { type: 'object', additionalProperties: { type: 'string' }, description: 'Environment variables.' },
    retries: {
      type: 'object',
      required: ['max'],
      properties: {
        max: { type: 'integer', minimum: 0, maximum: 10, description: 'Tries after the first.' },
        backoffMs: { type: 'integer', minimum: 0, description: 'Wait before the first of them; doubles with each.' },
        on: { type: 'array', items: { type: 'string' }, description: 'Error codes that are tried again.' },
      },
    },
    grants: {
      type: 'object',
      additionalProperties: true,
      properties: {
        state: { type: 'string', enum: ['none', 'read', 'write'], description: 'State of its user.' },
        files: { type: 'string', enum: ['none', 'read', 'write'], description: 'Shared files, faasm://.' },
      },
      description: 'What it may do beyond computing.',
    },
  },
} as const;

const DOCUMENT_PROPERTIES = {
  user: { type: 'string' },
  function: { type: 'string' },
  format: { type: 'integer', description: 'Of this document.' },
  version: { type: 'string', description: 'Id of the version; ids sort by time.' },
  createdAt: { type: 'string', format: 'date-time' },
  sha256: { type: 'string', description: 'Of the code, in hexadecimal.' },
  sizeBytes: { type: 'integer', minimum: 0 },
  settings: SETTINGS,
} as const;

const DOCUMENT_REQUIRED = [
  'user',
  'function',
  'format',
  'version',
  'createdAt',
  'sha256',
  'sizeBytes',
  'settings',
] as const;

/** A version of a function. */
export const DOCUMENT = { type: 'object', required: DOCUMENT_REQUIRED, properties: DOCUMENT_PROPERTIES } as const;

/** What an upload answers. */
export const RECEIPT = {
  type: 'object',
  required: [...DOCUMENT_REQUIRED, 'resettable', 'reasons'],
  properties: {
    ...DOCUMENT_PROPERTIES,
    resettable: { type: 'boolean', description: 'Whether a reset is proved to be as good as a fresh instance.' },
    reasons: { type: 'array', items: { type: 'string' }, description: 'Why not.' },
  },
} as const;

/** A document as the description shows it. */
export const DOCUMENT_EXAMPLE = {
  user: 'demo',
  function: 'hello',
  format: 1,
  version: '20261121T064237123Z-1a2b3c4d',
  createdAt: '2026-11-21T06:42:37.123Z',
  sha256: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809',
  sizeBytes: 51_234,
  settings: { limits: { timeoutMs: 5000 } },
} as const;
