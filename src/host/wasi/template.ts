/**
 * The read-only part of every call's file tree. Templates are shared by all calls of a thread and never change; a call
 * that looks at a node gets a private view of it, made at that moment.
 */
export type Template = TemplateFile | TemplateDirectory | TemplateLink | TemplateDevice;

/** A file; its bytes are never written to. */
export interface TemplateFile {
  readonly kind: 'file';
  readonly bytes: Uint8Array;
}

/** A directory of templates. */
export interface TemplateDirectory {
  readonly kind: 'directory';
  readonly entries: ReadonlyMap<string, Template>;
}

/** A symbolic link. */
export interface TemplateLink {
  readonly kind: 'link';
  readonly target: string;
}

/** What reading a device gives; all of them take whatever is written, and forget it. */
export type Device = 'nothing' | 'zeros' | 'random';

/** A device. */
export interface TemplateDevice {
  readonly kind: 'device';
  readonly device: Device;
}

const encoder = new TextEncoder();

/** A template file with `text` in UTF-8. */
export function templateFile(text: string): TemplateFile {
  return { kind: 'file', bytes: encoder.encode(text) };
}

/** A template directory. */
export function templateDirectory(entries: Readonly<Record<string, Template>>): TemplateDirectory {
  return { kind: 'directory', entries: new Map(Object.entries(entries)) };
}

/** Faasm's runtime root: what C programs look for, and the directories that they write to. */
export const RUNTIME_TREE: TemplateDirectory = templateDirectory({
  dev: templateDirectory({
    null: { kind: 'device', device: 'nothing' },
    random: { kind: 'device', device: 'random' },
    urandom: { kind: 'device', device: 'random' },
    zero: { kind: 'device', device: 'zeros' },
  }),
  etc: templateDirectory({
    hosts: templateFile('127.0.0.1\tlocalhost\n'),
    passwd: templateFile('faasm:x:1000:1000:faasm:/home/faasm:/bin/sh\n'),
    'resolv.conf': templateFile(''),
  }),
  include: templateDirectory({}),
  lib: templateDirectory({}),
  share: templateDirectory({}),
  tmp: templateDirectory({}),
  usr: templateDirectory({}),
  work: templateDirectory({}),
});
