import { FAASM_FILE_ROUTES } from './faasm/files.ts';
import { FAASM_INVOKE_ROUTES } from './faasm/invoke.ts';
import { FAASM_UPLOAD_ROUTES } from './faasm/upload.ts';
import type { Route } from './route.ts';
import { SERVICE_ROUTES } from './service-routes.ts';
import { CALL_ROUTES } from './v1/calls.ts';
import { FILE_ROUTES } from './v1/files.ts';
import { FUNCTION_ROUTES } from './v1/functions.ts';
import { HOST_ROUTES } from './v1/host.ts';
import { INVOKE_ROUTES } from './v1/invoke.ts';
import { STATE_ROUTES } from './v1/state.ts';
import { TOKEN_ROUTES } from './v1/tokens.ts';
import { VERSION_ROUTES } from './v1/versions.ts';

/** Every route there is: what is not here is not served, and not described. */
export const ROUTES: readonly Route[] = [
  ...INVOKE_ROUTES,
  ...CALL_ROUTES,
  ...FUNCTION_ROUTES,
  ...VERSION_ROUTES,
  ...STATE_ROUTES,
  ...FILE_ROUTES,
  ...TOKEN_ROUTES,
  ...HOST_ROUTES,
  ...SERVICE_ROUTES,
  ...FAASM_INVOKE_ROUTES,
  ...FAASM_UPLOAD_ROUTES,
  ...FAASM_FILE_ROUTES,
];
