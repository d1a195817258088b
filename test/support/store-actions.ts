// Does things to a store in a folder as a process with fewer rights. Argument: StoreActions as JSON; prints how each one ended.
import { folderObjectStore } from '../../src/stores/folder-object-store.ts';
import type { StoreActions } from './restricted-store.ts';

const { folder, userId, actions } = JSON.parse(process.argv[2] ?? '') as StoreActions;
const store = folderObjectStore({ folder });
// Only now: another user may not be allowed to read our sources.
if (userId !== undefined) process.seteuid?.(userId);

const outcomes: string[] = [];
for (const { action, key = '', sizeBytes = 0 } of actions) {
  try {
    if (action === 'put') await store.put(key, new Uint8Array(sizeBytes));
    else if (action === 'get') outcomes.push(`${(await store.get(key))?.length} bytes`);
    else if (action === 'list') outcomes.push((await store.list('')).map((entry) => entry.key).join(' '));
    else if (action === 'remove') await store.remove(key);
    else await store.check();
    if (action !== 'get' && action !== 'list') outcomes.push('done');
  } catch (error) {
    outcomes.push((error as { code: string }).code);
  }
}
console.log(JSON.stringify(outcomes));
