import { FaasmError } from '../core/errors.ts';
import type { StateStat } from '../core/global-state.ts';
import type { ApiRequest } from './http.ts';
import type { Fields } from './parameters.ts';

/** What a request asks of the value that it is about, by RFC 9110. */
export interface Preconditions {
  readonly match?: EntityTags;
  readonly noneMatch?: EntityTags;
}

/** `any`: whatever there is. */
type EntityTags = 'any' | readonly EntityTag[];

interface EntityTag {
  readonly weak: boolean;
  readonly text: string;
}

/** The headers, for descriptions of routes. */
export const PRECONDITION_HEADERS = {
  'If-Match': { type: 'string', description: 'Only if the value has one of these ETags; `*`: only if there is one.' },
  'If-None-Match': {
    type: 'string',
    description: 'Only if the value has none of these ETags; `*`: only if there is none.',
  },
} as const satisfies Fields;

const TAG = /^(W\/)?("[^",]*")$/;

/** The ETag of a value. */
export function entityTag({ version }: StateStat): string {
  return `"${version}"`;
}

/** Reads `If-Match` and `If-None-Match`; undefined when there is neither. Throws `BAD_REQUEST`. */
export function readPreconditions(request: ApiRequest): Preconditions | undefined {
  const match = readTags(request, 'If-Match');
  const noneMatch = readTags(request, 'If-None-Match');
  if (match === undefined && noneMatch === undefined) return undefined;
  return { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) };
}

/** The header that does not hold for what there is; undefined: all hold. */
export function failedPrecondition(
  { match, noneMatch }: Preconditions,
  stat: StateStat | undefined,
): 'If-Match' | 'If-None-Match' | undefined {
  // A weak tag says nothing about every single byte, which a change relies on.
  if (match !== undefined && !includes(match, stat, true)) return 'If-Match';
  if (noneMatch !== undefined && includes(noneMatch, stat, false)) return 'If-None-Match';
  return undefined;
}

/** The error for a header that does not hold. */
export function preconditionFailed(header: string, stat: StateStat | undefined): FaasmError {
  const found = stat === undefined ? 'there is no value' : `the value has the ETag ${entityTag(stat)}`;
  return new FaasmError('PRECONDITION_FAILED', `${header} does not hold: ${found}.`);
}

function includes(tags: EntityTags, stat: StateStat | undefined, strong: boolean): boolean {
  if (stat === undefined) return false;
  if (tags === 'any') return true;
  return tags.some(({ weak, text }) => text === entityTag(stat) && !(weak && strong));
}

function readTags(request: ApiRequest, name: keyof typeof PRECONDITION_HEADERS): EntityTags | undefined {
  const header = request.header(name.toLowerCase())?.trim();
  if (header === undefined) return undefined;
  if (header === '*') return 'any';
  return header.split(',').map((part) => {
    const [, weak, text] = TAG.exec(part.trim()) ?? [];
    if (text !== undefined) return { weak: weak !== undefined, text };
    throw new FaasmError(
      'BAD_REQUEST',
      `Header "${name}" must be * or ETags in quotes, such as "17", joined by commas.`,
    );
  });
}
