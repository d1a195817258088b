/** Version of the runtime, as in package.json: bundles do not carry that file. */
export const VERSION = '0.1.0';
