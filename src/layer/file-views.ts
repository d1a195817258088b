import type { FileView, NativeAddon } from './native-addon.ts';

/** Files that stay mapped: each takes one of the process's mappings, which Faaslets need. */
const VIEWS_MAX = 64;

/** Mappings of the files that are compared again and again: mapping costs as much as comparing. */
export interface FileViews {
  /** The view of a file; undefined where it cannot be mapped. */
  get(fd: number): FileView | undefined;
  /** Before the descriptor is closed: the file's memory is not held any longer. */
  close(fd: number): void;
}

/** Keeps up to {@link VIEWS_MAX} views; where there are more, the one that was opened first is closed. */
export function fileViews(addon: Pick<NativeAddon, 'openView' | 'closeView'>): FileViews {
  const views = new Map<number, FileView>();

  function close(fd: number): void {
    const view = views.get(fd);
    if (view === undefined) return;
    addon.closeView(view);
    views.delete(fd);
  }

  return {
    get(fd) {
      const known = views.get(fd);
      if (known !== undefined) return known;
      const opened = addon.openView(fd);
      if (typeof opened === 'number') return undefined;
      const [oldest] = views.keys();
      if (views.size >= VIEWS_MAX && oldest !== undefined) close(oldest);
      views.set(fd, opened);
      return opened;
    },
    close,
  };
}
