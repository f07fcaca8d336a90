import { createHash } from 'node:crypto';

/** One part of user-data. */
export interface Part {
  /** A MIME type that cloud-init has a handler for. */
  readonly type: string;
  /** Printable ASCII without quotes: cloud-init names files by it. */
  readonly filename: string;
  readonly content: string;
}

/** Characters of a line (RFC 2045, 6.8). */
const LINE = 76;

const base64 = (text: string) =>
  (
    Buffer.from(text, 'utf8')
      .toString('base64')
      .match(new RegExp(`.{1,${LINE}}`, 'g')) ?? []
  ).join('\n');

const written = ({ type, filename, content }: Part) =>
  [
    `Content-Type: ${type}; charset="utf-8"`,
    'MIME-Version: 1.0',
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${filename}"`,
    '',
    base64(content),
    '',
  ].join('\n');

/**
 * Parts as one MIME message (RFC 2046, 5.1), which cloud-init splits again (cloudinit/user_data.py). All are in base64,
 * since a content may be binary. The same bytes each time: the boundary is a digest of the parts.
 */
export function multipart(parts: readonly Part[]): string {
  const bodies = parts.map(written);
  // Base64 has no dashes, so no line of a part looks like a boundary, which begins with two.
  const digest = createHash('sha256').update(bodies.join('\0')).digest('hex').slice(0, 32);
  const boundary = `==piecewise-${digest}==`;
  const head = `Content-Type: multipart/mixed; boundary="${boundary}"\nMIME-Version: 1.0\n\n`;
  return `${head}${bodies.map((body) => `--${boundary}\n${body}`).join('')}--${boundary}--\n`;
}
