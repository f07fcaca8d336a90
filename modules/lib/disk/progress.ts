import type { Host } from '../host/host.ts';
import type { Bytes } from '../volume.ts';

/**
 * A stream whose progress is reported while it is read.
 * @param what is done, e.g. `unpack debian.qcow2.xz`
 * @param total bytes, if known
 * @param start bytes that were done before
 */
export async function* withProgress(
  host: Host,
  content: Bytes,
  what: string,
  total: number | undefined,
  start = 0,
): Bytes {
  let done = start;
  for await (const chunk of content) {
    yield chunk;
    done += chunk.length;
    host.report({ what, done, total });
  }
}
