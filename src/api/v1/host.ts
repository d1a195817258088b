import { VERSION } from '../../core/version.ts';
import { jsonResponse } from '../http.ts';
import { jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';

const COUNT = { type: 'integer', minimum: 0 } as const;
const BUDGET = {
  type: 'object',
  required: ['used', 'limit'],
  properties: { used: { type: 'number' }, limit: { type: 'number' } },
} as const;

export const HOST_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'getHost',
    method: 'GET',
    path: '/v1/host',
    access: 'admin',
    tag: 'host',
    summary: 'What this host is and how much of it is in use',
    responses: {
      200: jsonAnswer('Facts about the host.', {
        type: 'object',
        required: [
          'version',
          'platform',
          'host',
          'layer',
          'store',
          'startedAt',
          'threads',
          'queued',
          'running',
          'stateTwinBytes',
          'budgets',
        ],
        properties: {
          version: { type: 'string', description: 'Of Faasm.' },
          platform: { type: 'string', description: 'What it runs on, such as `node 24.21.0`.' },
          host: { type: 'string' },
          layer: { type: 'string', enum: ['native', 'portable'] },
          layerReason: { type: 'string', description: 'Why the native layer is not in use.' },
          store: { type: 'string' },
          startedAt: { type: 'integer', description: 'Epoch time in ms.' },
          threads: COUNT,
          queued: COUNT,
          running: COUNT,
          stateTwinBytes: {
            type: 'integer',
            description: 'Memory of copies of state that functions change by pointer without declaring it.',
          },
          budgets: {
            type: 'object',
            required: ['memoryBytes', 'memories', 'mappings'],
            properties: { memoryBytes: BUDGET, memories: BUDGET, mappings: BUDGET },
          },
        },
      }),
    },
    async handle({ services: { runtime, platform } }) {
      return jsonResponse({ version: VERSION, platform, ...runtime.info() });
    },
  }),
  defineRoute({
    id: 'flush',
    method: 'POST',
    path: '/v1/flush',
    access: 'admin',
    tag: 'host',
    summary: 'Forget what is cached of functions',
    description: 'They are loaded from the store again. Calls under way go on.',
    responses: {
      200: jsonAnswer(
        'It is forgotten.',
        { type: 'object', required: ['flushed'], properties: { flushed: { type: 'boolean' } } },
        { flushed: true },
      ),
    },
    async handle({ services }) {
      await services.runtime.flush();
      return jsonResponse({ flushed: true });
    },
  }),
];
