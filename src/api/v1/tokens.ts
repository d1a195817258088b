import { FaasmError } from '../../core/errors.ts';
import { owns } from '../auth.ts';
import { jsonResponse } from '../http.ts';
import { jsonAnswer } from '../responses.ts';
import { defineRoute, type Route } from '../route.ts';

const KIND = { type: 'string', enum: ['user', 'admin'] } as const;

const INFO_PROPERTIES = {
  id: { type: 'string', description: 'The public part of the token.' },
  user: { type: 'string' },
  kind: KIND,
  note: { type: 'string' },
  createdAt: { type: 'string', format: 'date-time' },
  expiresAt: { type: 'string', format: 'date-time' },
} as const;

const INFO_REQUIRED = ['id', 'user', 'kind', 'createdAt'] as const;
const INFO_EXAMPLE = { id: '1a2b3c4d5e6f', user: 'demo', kind: 'user', createdAt: '2026-11-21T06:42:37.123Z' };
const TEN_YEARS_MS = 315_360_000_000;

export const TOKEN_ROUTES: readonly Route[] = [
  defineRoute({
    id: 'listTokens',
    method: 'GET',
    path: '/v1/tokens',
    access: 'user',
    tag: 'tokens',
    summary: 'List tokens, without their secrets',
    description: 'Administrators see all, users their own.',
    responses: {
      200: jsonAnswer(
        'The tokens.',
        {
          type: 'object',
          required: ['tokens'],
          properties: {
            tokens: { type: 'array', items: { type: 'object', required: INFO_REQUIRED, properties: INFO_PROPERTIES } },
          },
        },
        { tokens: [INFO_EXAMPLE] },
      ),
    },
    errors: ['STORE_UNAVAILABLE'],
    async handle({ services, principal }) {
      const tokens = await services.runtime.tokens.list();
      return jsonResponse({ tokens: tokens.filter(({ user }) => owns(principal, user)) });
    },
  }),
  defineRoute({
    id: 'createToken',
    method: 'POST',
    path: '/v1/tokens',
    access: 'admin',
    tag: 'tokens',
    summary: 'Create a token',
    description: 'The token is in this answer and nowhere else: only its hash is kept.',
    body: {
      kind: 'json',
      schema: {
        type: 'object',
        required: ['user'],
        properties: {
          user: { type: 'string', minLength: 1, description: 'Whom it acts for.' },
          kind: { ...KIND, description: 'Default: user.' },
          note: { type: 'string', maxLength: 200, description: 'What it is for.' },
          ttlMs: { type: 'integer', minimum: 1, maximum: TEN_YEARS_MS, description: 'Absent: it does not expire.' },
        },
      },
      example: { user: 'demo', note: "alice's laptop", ttlMs: 2_592_000_000 },
    },
    responses: {
      201: jsonAnswer(
        'The token.',
        {
          type: 'object',
          required: ['token', ...INFO_REQUIRED],
          properties: { token: { type: 'string' }, ...INFO_PROPERTIES },
        },
        { token: `faasm_1a2b3c4d5e6f_${'x'.repeat(43)}`, ...INFO_EXAMPLE },
      ),
    },
    errors: ['INVALID_NAME', 'STORE_UNAVAILABLE', 'STORE_FULL'],
    async handle({ services, body }) {
      const { token, info } = await services.runtime.tokens.create({ ...body, kind: body.kind ?? 'user' });
      return jsonResponse({ token, ...info }, 201, { 'cache-control': 'no-store' });
    },
  }),
  defineRoute({
    id: 'revokeToken',
    method: 'DELETE',
    path: '/v1/tokens/{token}',
    access: 'user',
    tag: 'tokens',
    summary: 'Revoke a token',
    responses: {
      200: jsonAnswer(
        'It is not valid any more.',
        { type: 'object', required: ['revoked'], properties: { revoked: { type: 'boolean' } } },
        { revoked: true },
      ),
    },
    errors: ['TOKEN_NOT_FOUND', 'STORE_UNAVAILABLE'],
    async handle({ services: { runtime }, principal, params: { token: id } }) {
      const info = (await runtime.tokens.list()).find((token) => token.id === id);
      if (info === undefined || !owns(principal, info.user) || !(await runtime.tokens.revoke(id))) {
        throw new FaasmError('TOKEN_NOT_FOUND', `There is no token ${JSON.stringify(id)}: GET /v1/tokens lists them.`);
      }
      return jsonResponse({ revoked: true });
    },
  }),
  defineRoute({
    id: 'whoAmI',
    method: 'GET',
    path: '/v1/whoami',
    access: 'user',
    tag: 'tokens',
    summary: 'Whom this token acts for',
    responses: {
      200: jsonAnswer(
        'The principal; the user of an administrator is `*` where no token was needed.',
        {
          type: 'object',
          required: ['user', 'kind'],
          properties: { user: { type: 'string' }, kind: KIND },
        },
        { user: 'demo', kind: 'user' },
      ),
    },
    async handle({ principal: { user, kind } }) {
      return jsonResponse({ user, kind });
    },
  }),
];
