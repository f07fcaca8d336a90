/** Whether a live value may stand for a defined one that isn't the same; undefined: there is none. */
export type Leeway = (live: string | undefined, persistent: string | undefined) => boolean;

/** libvirt's own business at run time. */
const any: Leeway = () => true;

/** libvirt fills it in when the definition doesn't state it. */
const filled: Leeway = (_, persistent) => persistent === undefined;

/** As before, or where the definition says that libvirt may choose. */
const filledFor =
  (...open: string[]): Leeway =>
  (_, persistent) =>
    persistent === undefined || open.includes(persistent);

/** Live XML leaves out what the definition says. */
const dropped: Leeway = (live) => live === undefined;

/** Amounts of memory are rounded up to 1 MiB when QEMU starts (libvirt's qemuDomainAlignMemorySizes); KiB. */
const rounded: Leeway = (live, persistent) => Math.abs(Number(live) - Number(persistent)) < 1024;

/**
 * What the live XML of a guest says otherwise than the definition that it was started from, by path; `*` stands for any
 * device. Source: libvirt's formatdomain, and comparing the two for guests that were just started.
 */
const LEEWAY: Readonly<Record<string, Leeway>> = {
  'domain/@id': any,
  'domain/metadata': any,
};

/** The leeway of a path from the root; none where the table has no row. */
export function leewayAt(path: string): Leeway {
  const anyDevice = path.replace(/^domain\/devices\/[^/]+/, 'domain/devices/*');
  return LEEWAY[path] ?? LEEWAY[anyDevice] ?? exactly;
}

const exactly: Leeway = () => false;
