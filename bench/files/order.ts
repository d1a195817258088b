/** What the children of the files bench are asked. */
export interface FilesOrder {
  /** Path of the compiled guest.c. */
  readonly module: string;
  /** What it does; see there. */
  readonly work: string;
  readonly rounds: number;
  /** Rounds before them, which are not counted. */
  readonly warmUp: number;
  /** Size of the file that is read from start to end. */
  readonly largeBytes: number;
}

/** CPU time of each round in microseconds, as the program measured them. */
export type FilesAnswer = readonly number[];

/** Contents that differ everywhere. */
export function largeContents(sizeBytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(sizeBytes / 4)).map((_, at) => Math.imul(at + 1, 2_654_435_761));
  return new Uint8Array(words.buffer, 0, sizeBytes);
}
