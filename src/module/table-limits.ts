import type { TableDeclaration } from './declarations.ts';
import { unsupportedModule } from './module-errors.ts';

const MAX_TABLES = 64;
const MAX_ENTRIES = 1_000_000;
const MAX_GROWTH = 65_536;

/**
 * Maximum of each table: as declared where that fits, else cut so that all tables together can grow by 65,536 entries
 * (table entries live on V8's heap, where running out ends the process). Throws `MODULE_UNSUPPORTED` for more than 64
 * tables or 1,000,000 initial entries.
 */
export function clampTables(tables: readonly TableDeclaration[]): readonly number[] {
  const initial = tables.reduce((sum, table) => sum + table.minimum, 0);
  if (tables.length > MAX_TABLES || initial > MAX_ENTRIES) {
    throw unsupportedModule(
      0,
      `${tables.length} tables with ${initial} entries`,
      `At most ${MAX_TABLES} tables and ${MAX_ENTRIES} entries are allowed.`,
    );
  }
  const maxima = tables.map((table) => table.minimum);
  const wishes = tables
    .map((table, index) => ({ index, minimum: table.minimum, growth: (table.maximum ?? 2 ** 32) - table.minimum }))
    .sort((one, other) => one.growth - other.growth);
  // Smallest wish first: what a table leaves of its equal share goes to those that want more.
  let budget = MAX_GROWTH;
  wishes.forEach(({ index, minimum, growth }, position) => {
    const granted = Math.min(growth, Math.floor(budget / (wishes.length - position)));
    maxima[index] = minimum + granted;
    budget -= granted;
  });
  return maxima;
}
