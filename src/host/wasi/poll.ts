import { monotonicUs, realtimeUs } from '../clock.ts';
import type { HostContext, HostFunction } from '../context.ts';
import { parameters } from './define.ts';
import { ERRNO, errnoOf, fail } from './errno.ts';
import { setU64, u64 } from './layout.ts';
import { type Session, sessionOf } from './session.ts';
import { CLOCK, EVENT, RIGHT, SIZE, SUBSCRIPTION, type SubscriptionLayout } from './types.ts';

/** `poll_oneoff`, the only function of preview 1 that waits. */
export const POLL_FUNCTIONS: readonly HostFunction[] = [definePoll(SUBSCRIPTION)];

/** `poll_oneoff`, which reads subscriptions of this layout. */
export function definePoll(layout: SubscriptionLayout): HostFunction {
  return {
    name: 'poll_oneoff',
    params: parameters('iiii'),
    result: 'i32',
    waits: true,
    call: (context, subscriptions: number, events: number, count: number, result: number) =>
      poll(context, layout, subscriptions, events, count, result),
  };
}

/** Of the descriptor in a subscription. */
const FD_OFFSET = 16;

/** Longest sleep that timers of the host take. */
const SLEEP_MAX_MS = 2 ** 31 - 1;

/**
 * Files and streams are always ready and clocks have a known time, so everything about the wake-up is known in
 * advance: the events are written before the guest is suspended, and nothing of the host runs afterwards. Two passes
 * over the guest's subscriptions instead of a list of them: their number is the guest's choice.
 */
function poll(
  context: HostContext,
  layout: SubscriptionLayout,
  subscriptions: number,
  events: number,
  count: number,
  result: number,
): number | Promise<number> {
  try {
    const wait = writeEvents(context, layout, subscriptions >>> 0, events >>> 0, count >>> 0, result);
    return wait > 0 ? context.sleep(Math.min(wait / 1000, SLEEP_MAX_MS), ERRNO.SUCCESS) : ERRNO.SUCCESS;
  } catch (thrown) {
    return errnoOf(thrown);
  }
}

/** Writes the events of the first moment at which there are any; answers how many microseconds away it is. */
function writeEvents(
  context: HostContext,
  layout: SubscriptionLayout,
  first: number,
  events: number,
  count: number,
  result: number,
): number {
  const { memory } = context;
  if (count === 0) fail('INVAL');
  const end = first + count * layout.bytes;
  if (end > memory.bytes.length) fail('FAULT');
  if (events + count * SIZE.EVENT > memory.bytes.length) fail('FAULT');
  memory.check(result, 4);
  const session = sessionOf(context);
  const poller = new Poller(context, session, layout);
  let wait = Number.POSITIVE_INFINITY;
  for (let at = first; at < end; at += layout.bytes) {
    wait = Math.min(wait, poller.delay(at));
    session.pace.items(1);
  }
  let written = 0;
  for (let at = first; at < end; at += layout.bytes) {
    session.pace.items(1);
    if (poller.delay(at) > wait) continue;
    poller.writeEvent(at, events + written * SIZE.EVENT);
    written += 1;
  }
  memory.setU32(result, written);
  return wait;
}

/** Reads subscriptions as of one moment, so that both passes agree. */
class Poller {
  readonly #context: HostContext;
  readonly #session: Session;
  readonly #layout: SubscriptionLayout;
  readonly #realtime = realtimeUs();
  readonly #monotonic = monotonicUs();

  constructor(context: HostContext, session: Session, layout: SubscriptionLayout) {
    this.#context = context;
    this.#session = session;
    this.#layout = layout;
  }

  /** Microseconds until the subscription at `at` has an event, 0 when it has one now. */
  delay(at: number): number {
    const { memory } = this.#context;
    if (memory.view.getUint8(at + 8) !== EVENT.CLOCK) return 0;
    const clock = memory.u32(at + this.#layout.clock);
    const now = clock === CLOCK.REALTIME ? this.#realtime : this.#monotonic;
    if (clock > CLOCK.MONOTONIC) return 0; // an error, reported at once
    const timeout = u64(memory, at + this.#layout.timeout) / 1000;
    const absolute = (memory.view.getUint16(at + this.#layout.flags, true) & EVENT.ABSTIME) !== 0;
    return Math.max(0, absolute ? timeout - now : timeout);
  }

  /** Writes the event of the subscription at `at` to `to`. */
  writeEvent(at: number, to: number): void {
    const { memory } = this.#context;
    const userdata = memory.view.getBigUint64(at, true);
    const type = memory.view.getUint8(at + 8);
    const subject = memory.u32(at + (type === EVENT.CLOCK ? this.#layout.clock : FD_OFFSET));
    memory.slice(to, SIZE.EVENT).fill(0);
    memory.view.setBigUint64(to, userdata, true);
    memory.view.setUint8(to + 10, type);
    memory.view.setUint16(to + 8, this.#error(type, subject), true);
    if (type === EVENT.FD_READ) this.#writeReadable(subject, to);
  }

  #error(type: number, subject: number): number {
    if (type === EVENT.CLOCK) {
      if (subject <= CLOCK.MONOTONIC) return ERRNO.SUCCESS;
      // CPU time stands still while a call waits for it.
      return subject <= CLOCK.THREAD_CPUTIME ? ERRNO.NOTSUP : ERRNO.INVAL;
    }
    if (type !== EVENT.FD_READ && type !== EVENT.FD_WRITE) return ERRNO.INVAL;
    try {
      const right = type === EVENT.FD_READ ? RIGHT.FD_READ : RIGHT.FD_WRITE;
      this.#session.descriptors.get(subject, right | RIGHT.POLL_FD_READWRITE);
      return ERRNO.SUCCESS;
    } catch (thrown) {
      return errnoOf(thrown);
    }
  }

  /** How many bytes can be read; the end of standard input is a hang-up. */
  #writeReadable(fd: number, to: number): void {
    const { memory, input } = this.#context;
    if (memory.view.getUint16(to + 8, true) !== ERRNO.SUCCESS) return;
    const descriptor = this.#session.descriptors.get(fd);
    if (descriptor.kind === 'directory') return;
    const size = descriptor.kind === 'file' ? descriptor.node.size : input.length;
    setU64(memory, to + 16, Math.max(0, size - descriptor.position));
    if (descriptor.kind !== 'file' && descriptor.position >= size) {
      memory.view.setUint16(to + 24, EVENT.HANGUP, true);
    }
  }
}
