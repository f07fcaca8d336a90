const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/;

/** A MAC address in lower case, or undefined when the text isn't one. */
export function parseMac(text: string): string | undefined {
  const lower = text.toLowerCase();
  return MAC.test(lower) ? lower : undefined;
}
