import { Failure } from '../failure.ts';
import { type Host, readText } from '../host/host.ts';

// A move of a VM to this host that has begun and hasn't ended is marked by a file in the directory of the VM.

/** The file's name. */
export const MARKER = '.moving';

/** The name of the mark on the host that a guest leaves while it is shut down for that: who starts it meanwhile would lose what it writes. */
export const LEAVING = '.leaving';

/** An unfinished move to this host. */
export interface Moving {
  /** The hypervisor that the guest comes from, by its name in the inventory. */
  readonly from: string;
  /** The UUID of the domain. */
  readonly uuid: string;
  /** Whether the guest is here: what is left is to be removed on the other host. */
  readonly arrived: boolean;
}

/** A marker as the content of its file. */
export const markerText = ({ from, uuid, arrived }: Moving): string =>
  `${JSON.stringify({ from, uuid, arrived })}\n`;

/** The marker in a file. @throws Failure where it is none */
export function markerIn(text: string, path: string): Moving {
  const { from, uuid, arrived } = mappingIn(text);
  if (typeof from === 'string' && typeof uuid === 'string' && typeof arrived === 'boolean')
    return { from, uuid, arrived };
  throw new Failure(
    `${path} does not say which move is unfinished: see where the guest is, and remove the file`,
  );
}

function mappingIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** The unfinished move that a directory of a VM is marked with. @throws Failure where it can't be read */
export async function readMarker(host: Host, directory: string): Promise<Moving | undefined> {
  const path = `${directory}/${MARKER}`;
  const text = await readText(host, path);
  return text === undefined ? undefined : markerIn(text, path);
}
