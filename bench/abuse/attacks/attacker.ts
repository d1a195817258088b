import type { Answer, Send } from '../http.ts';
import { words } from '../http.ts';

/** A hostile tenant. */
export interface Attacker {
  readonly user: string;
  readonly token: string;
  readonly port: number;
  readonly victims: readonly string[];
  /** Sends with its token; never rejects, a broken connection has the status 0. */
  readonly send: Send;
  /** A number below `limit`. */
  random(limit: number): number;
  /** Something succeeded that never must. */
  breach(what: string): void;
}

/** Something that a hostile tenant does. Resolves when it is over. */
export type Attack = (attacker: Attacker) => Promise<void>;

/** Calls its own function `name` with words as its input. */
export function call({ user, send }: Attacker, name: string, input: readonly number[], query = ''): Promise<Answer> {
  return send('POST', `/v1/invoke/${user}/${name}${query}`, { body: words(...input) });
}

/** Does something `count` times at the same time. */
export async function atOnce(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

/** A victim's name. */
export function victim({ victims, random }: Attacker): string {
  return victims[random(victims.length)] ?? '';
}
