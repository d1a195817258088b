/** How a caller wants a region: with [offset, offset + length) fetched, as far as the value reaches. */
export type RegionWish =
  /** The value as it is; none when the key holds nothing. */
  | { readonly kind: 'existing'; readonly offset: number; readonly length: number }
  /** At least `totalBytes`, made of zeros when the key holds nothing; 0: as it is. */
  | {
      readonly kind: 'pointer';
      readonly totalBytes: number;
      readonly offset: number;
      readonly length: number;
      /** The caller declares what it changes through the pointer: no twin is kept for it. */
      readonly declares: boolean;
    };
