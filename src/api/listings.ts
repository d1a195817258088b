import type { Principal } from '../core/call.ts';
import { FaasmError } from '../core/errors.ts';
import { forPieces } from '../core/in-steps.ts';
import { concat } from '../core/output-stream.ts';
import { Turns } from '../core/turns.ts';
import type { FileAnswers } from './file-answers.ts';
import { type ApiRequest, type ApiResponse, whenGone } from './http.ts';

const encoder = new TextEncoder();

/** What is listed. */
export interface Listing {
  /** The user whose things they are; empty: those of all users. */
  readonly owner: string;
  /** The field of the answer that has them. */
  readonly field: string;
  list(): Promise<readonly object[]>;
}

/**
 * Answers with lists of what users have, which may be as long as their quotas allow: they are made one at a time for each
 * user, in pieces between which others have their turn, and count as files that are sent do.
 */
export class Listings {
  readonly #answers: FileAnswers;
  readonly #turns = new Turns();

  /** `answers`: what bounds the memory of answers. */
  constructor(answers: FileAnswers) {
    this.#answers = answers;
  }

  /** `{"<field>":[…]}`. Waits for earlier lists of the same user. Throws what `list` throws, and `HOST_OVERLOADED`. */
  async answer(request: ApiRequest, principal: Principal, listing: Listing): Promise<ApiResponse> {
    const { owner, field } = listing;
    const gone = whenGone(request);
    const asking = principal.kind === 'admin' ? owner : principal.user;
    const bytes = await this.#turns.take(asking, async () => {
      if (gone.aborted) throw new FaasmError('CANCELLED', 'The client has gone.');
      return encoded(field, await listing.list());
    });
    const headers = { 'content-type': 'application/json' };
    return this.#answers.send(request, principal, { owner, sizeBytes: bytes.length, headers, read: async () => bytes });
  }
}

/** The JSON of all entries, made in pieces. */
async function encoded(field: string, entries: readonly object[]): Promise<Uint8Array> {
  const parts = [encoder.encode(`{${JSON.stringify(field)}:[`)];
  await forPieces(entries, (piece) => {
    const comma = parts.length > 1 ? ',' : '';
    parts.push(encoder.encode(comma + JSON.stringify(piece).slice(1, -1)));
  });
  parts.push(encoder.encode(']}'));
  return concat(parts);
}
