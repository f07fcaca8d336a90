import { expect, it } from 'vitest';
import { connectionsOf } from '../../../modules/lib/libvirt/connections.ts';
import { noHost } from '../../support/fake.ts';

const DRIVER = /^\/usr\/lib\/[a-z0-9_]+-linux-gnu[a-z]*\/libvirt\/connection-driver\/libvirt_driver_lxc\.so$/;

function hostWith(hasDriver: boolean) {
  const looked: string[] = [];
  const found = { kind: 'file', size: 1, allocated: 1, mode: 0o644, uid: 0, gid: 0 } as const;
  const stat = async (path: string) => {
    looked.push(path);
    return hasDriver ? found : undefined;
  };
  return { host: { ...noHost, stat }, looked };
}

it('a host has containers beside the VMs of its system if it has the driver, which takes a look at one file', async () => {
  for (const uri of ['qemu:///system', 'qemu+unix:///system']) {
    const [one, other] = [hostWith(true), hostWith(false)];
    expect(await connectionsOf(one.host, uri)).toEqual([uri, 'lxc:///system']);
    expect(await connectionsOf(other.host, uri)).toEqual([uri]);
    expect(other.looked).toEqual([expect.stringMatching(DRIVER)]);
  }
});

it.each([
  'lxc:///system',
  'qemu:///session',
  'qemu+ssh://other/system',
  'qemu+unix:///system?socket=/run/other',
  'test:///default',
])('those of %s are all that there are', async (uri) => {
  const { host, looked } = hostWith(true);
  expect(await connectionsOf(host, uri)).toEqual([uri]);
  expect(looked).toEqual([]);
});
