/** Beyond this nobody looks: an output of that size is bytes. */
const MAX_BYTES = 64 * 1024;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** Control characters that text does not hold; tab, line feeds, form feed and escape (colours) it does. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const NO_TEXT = /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/;

/** Whether an output is text in UTF-8 that a browser or terminal may show. Empty output is. */
export function isText(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_BYTES) return false;
  for (const byte of bytes) {
    // Decoding costs more than all the rest of a short answer, and most outputs are printable ASCII.
    if (byte < 0x20 || byte > 0x7e) return isUnicodeText(bytes);
  }
  return true;
}

function isUnicodeText(bytes: Uint8Array): boolean {
  try {
    return !NO_TEXT.test(UTF8.decode(bytes));
  } catch {
    return false;
  }
}
