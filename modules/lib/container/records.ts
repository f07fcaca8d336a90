import { join } from 'node:path';
import { Failure } from '../failure.ts';
import { type Host, readText } from '../host/host.ts';
import { accountRanges, mappedRanges, RANGE, type Range, subordinateRanges } from './range.ts';

/** Which root has which range: a file for each range, whose name is its first user. So no two roots can have one. */
const RECORDS = '/var/lib/piecewise-cloud/ranges';

/** What is recorded of a root. Its guest can change what is in the root, but not this. */
export interface RootRecord {
  /** Its directory. */
  readonly root: string;
  /** Whether its guest has cloud-init. */
  readonly cloudInit: boolean;
  /** The digest of what was written instead of a seed. */
  readonly identity?: string;
  /** The start of the container since which it has a seed that it applies at the next one. */
  readonly pending?: string;
}

/** All recorded roots by the first user of their ranges. */
export type Records = ReadonlyMap<number, RootRecord>;

const pathOf = (first: number) => join(RECORDS, String(first));

function parse(text: string, path: string): RootRecord {
  try {
    const { root, cloudInit, identity, pending } = JSON.parse(text) as RootRecord;
    if (typeof root === 'string' && typeof cloudInit === 'boolean')
      return {
        ...{ root, cloudInit },
        ...(typeof identity === 'string' ? { identity } : {}),
        ...(typeof pending === 'string' ? { pending } : {}),
      };
  } catch {
    // It is said below.
  }
  throw new Failure(`${path} is damaged: it says which container has these users. Restore it, or remove it`);
}

/** Reads the records of this host. */
export async function readRecords(host: Host): Promise<Records> {
  const names = (await host.list(RECORDS)).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    names.map(async (name) => {
      const path = pathOf(Number(name));
      const text = await readText(host, path);
      return text === undefined ? [] : [[Number(name), parse(text, path)] as const];
    }),
  );
  return new Map(found.flat());
}

/** Where libvirt keeps the definitions of containers. */
const DEFINITIONS = '/etc/libvirt/lxc';

/**
 * The users and groups of this host that no new container may have: those of accounts, of /etc/subuid, and of containers, also of
 * those that others have defined.
 */
export async function takenRanges(host: Host, records: Records): Promise<Range[]> {
  const text = async (path: string) => (await readText(host, path)) ?? '';
  const subordinate = await Promise.all(['/etc/subuid', '/etc/subgid'].map(text));
  const accounts = await Promise.all(['/etc/passwd', '/etc/group'].map(text));
  const files = (await host.list(DEFINITIONS)).filter((name) => name.endsWith('.xml'));
  const definitions = await Promise.all(files.map((name) => text(join(DEFINITIONS, name))));
  return [
    ...definitions.flatMap(mappedRanges),
    ...subordinate.flatMap(subordinateRanges),
    ...accounts.flatMap(accountRanges),
    ...[...records.keys()].map((first) => ({ first, count: RANGE })),
  ];
}

/**
 * Records that a root has a range.
 * @throws Failure where another root has it: that is of a task that ran at the same time
 */
export async function record(host: Host, first: number, said: RootRecord): Promise<void> {
  const path = pathOf(first);
  const old = await readText(host, path);
  const text = `${JSON.stringify(said)}\n`;
  await host.makeDirectory(RECORDS);
  if (old !== undefined && parse(old, path).root === said.root) {
    if (old !== text) await host.write(path, text, { mode: 0o600 });
    return;
  }
  const taken = new Failure(
    `another task has given the users from ${first} on to a container: run the task again`,
  );
  if (old !== undefined) throw taken;
  await host.withNewDirectory(join(RECORDS, '.piecewise-'), async (work) => {
    await host.write(join(work, 'record'), text, { mode: 0o600 });
    await host.publishNew(join(work, 'record'), path).catch(async (error) => {
      throw (await host.stat(path)) ? taken : error;
    });
  });
}

/** Forgets that a root has a range. */
export const forget = (host: Host, first: number): Promise<void> => host.remove(pathOf(first));
