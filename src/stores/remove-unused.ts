import type { ObjectStore } from '../core/object-store.ts';

/**
 * Removes an object that nothing uses; false when something does. Others may begin to use it at the same time: those who
 * do so look whether it is there afterwards, and here it is put back when it turns out to be used. So it is there in the
 * end, whoever was first. Its content is the same whoever writes it.
 */
export async function removeUnused(
  objects: ObjectStore,
  key: string,
  isUsed: () => Promise<boolean>,
): Promise<boolean> {
  if (await isUsed()) return false;
  const bytes = await objects.get(key);
  // Not even removed: without its bytes it could not be put back.
  if (bytes === undefined) return true;
  await objects.remove(key);
  if (!(await isUsed())) return true;
  await objects.put(key, bytes);
  return false;
}
