const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

// RFC 8259, section 2.
const SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * Cuts a stream of JSON objects, which JSON-RPC over a socket sends one after another without a separator
 * (RFC 7047 section 4), into objects.
 * @param onMessage called with each object, parsed, as soon as it is complete
 * @returns takes the next bytes of the stream; it throws on what is not JSON
 */
export function jsonStream(onMessage: (message: unknown) => void): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let pending = '';
  let at = 0;
  let depth = 0;
  let quoted = false;
  return (chunk) => {
    pending += decoder.decode(chunk, { stream: true });
    for (; at < pending.length; at++) {
      const code = pending.charCodeAt(at);
      if (depth === 0 && code !== OPEN && !SPACE.has(code))
        throw new SyntaxError('not the beginning of an object');
      if (quoted) {
        // May step beyond the end: the escaped character is then the first of the next chunk, and is passed over.
        if (code === BACKSLASH) at++;
        else if (code === QUOTE) quoted = false;
      } else if (code === QUOTE) quoted = true;
      else if (code === OPEN) depth++;
      else if (code === CLOSE && --depth === 0) {
        const message = pending.slice(0, at + 1);
        pending = pending.slice(at + 1);
        at = -1;
        onMessage(JSON.parse(message));
      }
    }
  };
}
