/**
 * URL of the module `name` beside the module at `url`, in the same form as that one: source (`.ts`), compiled (`.js`)
 * or bundled (`.mjs`). For entries of threads and processes: neither compilers nor bundlers rewrite their names.
 */
export function siblingModule(name: string, url: string): URL {
  return new URL(`./${name}${url.slice(url.lastIndexOf('.'))}`, url);
}
