import type { Hypervisor } from '../lab/hypervisor.ts';

/**
 * Does something on a hypervisor whose debootstrap makes a root with nothing in it, and mounts /proc meanwhile, as the real
 * one does: that takes a minute, and can't be told where to wait. All else of a build is real.
 * @param meanwhile a command of it, in its root's directory
 */
export async function withDebootstrap<T>(
  hypervisor: Hypervisor,
  meanwhile: string,
  act: () => Promise<T>,
): Promise<T> {
  const script = `#!/bin/sh
while [ $# -gt 3 ]; do shift; done
mkdir -p "$2/etc" "$2/proc"
mount -t proc proc "$2/proc"
echo 'I: Retrieving what is small'
${meanwhile}
umount "$2/proc"
`;
  const place = '/usr/local/sbin/debootstrap';
  await hypervisor.exec(['sh', '-c', `cat >${place}; chmod +x ${place}`], { input: script });
  try {
    return await act();
  } finally {
    await hypervisor.exec(['rm', place]);
  }
}
