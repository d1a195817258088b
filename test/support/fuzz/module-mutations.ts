import { leb } from '../../../src/module/byte-writer.ts';
import type { Random } from './random.ts';

const HEADER = 8;
const SECTION_IDS = 14;

/** A section of a binary, its size not included. */
interface Part {
  readonly id: number;
  readonly content: Uint8Array;
}

/** Unsigned numbers at the edges of their encodings: zero in one byte and in five, the largest, one bit too many, endless. */
const EDGE_NUMBERS: readonly (readonly number[])[] = [
  [0],
  [0x80, 0x80, 0x80, 0x80, 0],
  [0x7f],
  [0x80, 1],
  [0xff, 0xff, 3],
  [0x80, 0x80, 4],
  [0x81, 0x80, 4],
  [0xff, 0xff, 0xff, 0xff, 7],
  [0x80, 0x80, 0x80, 0x80, 8],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0x1f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
];

const CHANGES = [flipBits, setByte, cut, extend, insertNumber, replaceNumber, copyRange, spliceOther] as const;
const SECTION_CHANGES = [removeSection, repeatSection, swapSections, changeCount, changeSection, addSection] as const;

/** A module made from `module` by a few changes; parts of `other` may get into it. */
export function mutateModule(random: Random, module: Uint8Array, other: Uint8Array): Uint8Array {
  let changed = module;
  for (let left = random.chance(0.7) ? 1 : 1 + random.below(4); left > 0; left -= 1) {
    const parts = random.chance(0.75) ? splitSections(changed) : undefined;
    changed = parts === undefined ? random.pick(CHANGES)(random, changed, other) : restructure(random, parts, other);
  }
  return changed;
}

/** Changes sections and keeps their sizes right, so that what is inside gets looked at. */
function restructure(random: Random, parts: readonly Part[], other: Uint8Array): Uint8Array {
  const sections = [...parts];
  // Most of the time inside of one: that goes deepest.
  (random.chance(0.6) ? changeSection : random.pick(SECTION_CHANGES))(random, sections, other);
  return joinSections(sections);
}

/** The sections of a binary whose sizes are right; else undefined. */
function splitSections(module: Uint8Array): Part[] | undefined {
  const parts: Part[] = [];
  let at = HEADER;
  while (at < module.length) {
    const id = module[at] as number;
    let size = 0;
    let shift = 0;
    for (at += 1; ; at += 1) {
      const byte = module[at];
      if (byte === undefined || shift > 28) return undefined;
      size += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte < 0x80) break;
    }
    at += 1;
    if (at + size > module.length) return undefined;
    parts.push({ id, content: module.subarray(at, at + size) });
    at += size;
  }
  return parts.length === 0 ? undefined : parts;
}

function joinSections(parts: readonly Part[]): Uint8Array {
  const header = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  return join([
    header,
    ...parts.flatMap(({ id, content }) => [Uint8Array.from([id, ...leb(content.length)]), content]),
  ]);
}

function removeSection(random: Random, parts: Part[]): void {
  parts.splice(random.below(parts.length), 1);
}

function repeatSection(random: Random, parts: Part[]): void {
  parts.splice(random.below(parts.length + 1), 0, random.pick(parts));
}

function swapSections(random: Random, parts: Part[]): void {
  const [a, b] = [random.below(parts.length), random.below(parts.length)];
  [parts[a], parts[b]] = [parts[b] as Part, parts[a] as Part];
}

/** Puts another number in front of a section's entries. */
function changeCount(random: Random, parts: Part[]): void {
  const index = random.below(parts.length);
  const { id, content } = parts[index] as Part;
  const length = content.findIndex((byte) => byte < 0x80) + 1;
  const value = content[0] ?? 0;
  const count = random.pick([leb(value + 1), leb(Math.max(0, value - 1)), ...EDGE_NUMBERS]);
  parts[index] = { id, content: join([Uint8Array.from(count), content.subarray(length)]) };
}

function changeSection(random: Random, parts: Part[], other: Uint8Array): void {
  const index = random.below(parts.length);
  const { id, content } = parts[index] as Part;
  parts[index] = { id, content: random.pick(CHANGES)(random, content, other) };
}

/** Adds a section out of another module, or one of random bytes under any number. */
function addSection(random: Random, parts: Part[], other: Uint8Array): void {
  const foreign = splitSections(other);
  const part =
    foreign !== undefined && random.chance(0.5)
      ? random.pick(foreign)
      : { id: random.below(SECTION_IDS + 2), content: random.bytes(random.below(20)) };
  parts.splice(random.below(parts.length + 1), 0, part);
}

function flipBits(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  if (changed.length === 0) return changed;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(changed.length);
    changed[at] = (changed[at] as number) ^ (1 << random.below(8));
  }
  return changed;
}

function setByte(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  if (changed.length > 0)
    changed[random.below(changed.length)] = random.pick([0, 1, 0x0b, 0x7f, 0x80, 0xff, random.below(256)]);
  return changed;
}

function cut(random: Random, bytes: Uint8Array): Uint8Array {
  const from = random.below(bytes.length + 1);
  const to = random.chance(0.5) ? bytes.length : Math.min(bytes.length, from + 1 + random.below(8));
  return join([bytes.subarray(0, from), bytes.subarray(to)]);
}

function extend(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.chance(0.5) ? bytes.length : random.below(bytes.length + 1);
  return join([bytes.subarray(0, at), random.bytes(1 + random.below(10)), bytes.subarray(at)]);
}

function insertNumber(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  return join([bytes.subarray(0, at), Uint8Array.from(random.pick(EDGE_NUMBERS)), bytes.subarray(at)]);
}

/** Puts a number at an edge where one, or something else, begins. */
function replaceNumber(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.below(bytes.length + 1);
  let end = at;
  while (end < bytes.length && (bytes[end] as number) >= 0x80) end += 1;
  return join([bytes.subarray(0, at), Uint8Array.from(random.pick(EDGE_NUMBERS)), bytes.subarray(end + 1)]);
}

function copyRange(random: Random, bytes: Uint8Array): Uint8Array {
  return spliceOther(random, bytes, bytes);
}

/** Puts some bytes of `other` into `bytes`. */
function spliceOther(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const from = random.below(other.length + 1);
  const at = random.below(bytes.length + 1);
  const range = other.subarray(from, from + 1 + random.below(40));
  const end = random.chance(0.5) ? at : at + range.length;
  return join([bytes.subarray(0, at), range, bytes.subarray(end)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
