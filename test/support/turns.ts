import { daily } from './daily.ts';

// The files that take a minute or more, the longest first: a day has about as much to do as another.
const LONG = [
  'test/vm/inside.lab.test.ts',
  'test/move/killed.lab.test.ts',
  'test/move/move.lab.test.ts',
  'test/e2e/drift.test.ts',
  'test/libvirt_domain/guest.lab.test.ts',
  'test/e2e/overlay.test.ts',
  'test/network/network.lab.test.ts',
  'test/contract/moves.lab.test.ts',
  'test/network/faults.lab.test.ts',
  'test/corpus/sample.lab.test.ts',
  'test/ovs_compat/playbook.lab.test.ts',
  'test/e2e/networks.test.ts',
  'test/move/evacuate.lab.test.ts',
  'test/contract/guests.lab.test.ts',
  'test/ovs_port/uplink.lab.test.ts',
  'test/e2e/fresh.test.ts',
  'test/network/guest.lab.test.ts',
  'test/e2e/release.test.ts',
  'test/contract/follow.lab.test.ts',
  'test/killed/vm.lab.test.ts',
  'test/killed/network.lab.test.ts',
  'test/vm/groups.lab.test.ts',
  'test/vm/moved.lab.test.ts',
  'test/network/libvirt.lab.test.ts',
  'test/e2e/pages.test.ts',
  'test/lib/rollback/faults.lab.test.ts',
  'test/contract/hostile.lab.test.ts',
  'test/ovs_port/columns.lab.test.ts',
  'test/contract/upload.lab.test.ts',
  'test/lib/iso9660/guest.lab.test.ts',
  'test/ovs_port/port.lab.test.ts',
  'test/ovs_port/addressing.lab.test.ts',
  'test/libvirt_domain/withdrawn.lab.test.ts',
  'test/contract/contract.lab.test.ts',
  'test/libvirt_domain/absent.lab.test.ts',
  'test/e2e/image.test.ts',
  'test/lab/lab.lab.test.ts',
  'test/binary/node.lab.test.ts',
  'test/libvirt_domain/desired.lab.test.ts',
  'test/ovs_topology/reboot.lab.test.ts',
  'test/move/fixture.lab.test.ts',
  'test/killed/topology.lab.test.ts',
  'test/vm/vm.lab.test.ts',
  'test/contract/archive.lab.test.ts',
  'test/contract/evacuation.lab.test.ts',
  'test/disk_image/hostile.lab.test.ts',
  'test/contract/inventory.lab.test.ts',
  'test/disk_image/sources.lab.test.ts',
  'test/image/plugin.lab.test.ts',
  'test/cloudinit_iso/iso.lab.test.ts',
  'test/lib/cloudinit/validate/judge.lab.test.ts',
  'test/disk_image/killed.lab.test.ts',
  'test/binary/binary.lab.test.ts',
  'test/disk_image/guests.lab.test.ts',
  'test/vm/baseline.lab.test.ts',
  'test/lib/libvirt/live/plan/started.lab.test.ts',
  'test/ovs_bridge/bridge.lab.test.ts',
  'test/ovs_port/bond.lab.test.ts',
  'test/disk_image/url.lab.test.ts',
  'test/e2e/inventory.test.ts',
  'test/killed/domain.lab.test.ts',
];

// What a file itself takes turns at (`daily`) must come round too: no number of turns there has a factor in common with this.
const DAYS = 5;

const today = new Set(daily(LONG, DAYS));

/** The test files whose day isn't today. One whose path is on the command line is run all the same. */
export const LATER = LONG.filter(
  (file) =>
    !today.has(file) && !process.argv.some((argument) => argument.includes('/') && file.includes(argument)),
);
