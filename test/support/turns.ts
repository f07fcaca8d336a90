import { ALL, daily } from './daily.ts';

// The files that take ten minutes or more beside others, the longest first. They are left to CI.
const LONGEST = [
  'test/vm/inside.lab.test.ts',
  'test/move/killed.lab.test.ts',
  'test/e2e/release.test.ts',
  'test/ovn/central.lab.test.ts',
  'test/move/move.lab.test.ts',
  'test/e2e/ovn.test.ts',
  'test/move/ended.lab.test.ts',
  'test/move/evacuate.lab.test.ts',
];

// The files that take a minute or more, the longest first: a day has about as much to do as another.
const LONG = [
  'test/vm_info/container.lab.test.ts',
  'test/e2e/containers.test.ts',
  'test/e2e/engines.test.ts',
  'test/contract/moves.lab.test.ts',
  'test/e2e/drift.test.ts',
  'test/libvirt_domain/guest.lab.test.ts',
  'test/e2e/overlay.test.ts',
  'test/libvirt_domain/container.lab.test.ts',
  'test/network/network.lab.test.ts',
  'test/ovn/failover.lab.test.ts',
  'test/contract/guests.lab.test.ts',
  'test/contract/follow.lab.test.ts',
  'test/ovs_port/uplink.lab.test.ts',
  'test/network/faults.lab.test.ts',
  'test/corpus/sample.lab.test.ts',
  'test/ovs_compat/playbook.lab.test.ts',
  'test/e2e/networks.test.ts',
  'test/vm/moved.lab.test.ts',
  'test/e2e/fresh.test.ts',
  'test/network/guest.lab.test.ts',
  'test/lib/rollback/faults.lab.test.ts',
  'test/ovn_topology/ovn_topology.lab.test.ts',
  'test/ovn/mix.lab.test.ts',
  'test/killed/vm.lab.test.ts',
  'test/killed/network.lab.test.ts',
  'test/vm/groups.lab.test.ts',
  'test/network/libvirt.lab.test.ts',
  'test/e2e/pages.test.ts',
  'test/contract/hostile.lab.test.ts',
  'test/ovs_port/columns.lab.test.ts',
  'test/contract/upload.lab.test.ts',
  'test/lib/iso9660/guest.lab.test.ts',
  'test/ovs_port/port.lab.test.ts',
  'test/ovs_port/addressing.lab.test.ts',
  'test/libvirt_domain/absent.lab.test.ts',
  'test/e2e/image.test.ts',
  'test/lab/lab.lab.test.ts',
  'test/libvirt_domain/withdrawn.lab.test.ts',
  'test/libvirt_domain/lxc.lab.test.ts',
  'test/libvirt_domain/desired.lab.test.ts',
  'test/vm/container.lab.test.ts',
  'test/ovs_topology/reboot.lab.test.ts',
  'test/move/fixture.lab.test.ts',
  'test/killed/topology.lab.test.ts',
  'test/vm/vm.lab.test.ts',
  'test/contract/archive.lab.test.ts',
  'test/disk_image/sources.lab.test.ts',
  'test/binary/node.lab.test.ts',
  'test/disk_image/hostile.lab.test.ts',
  'test/contract/inventory.lab.test.ts',
  'test/root/root.lab.test.ts',
  'test/image/plugin.lab.test.ts',
  'test/contract/evacuation.lab.test.ts',
  'test/cloudinit_iso/iso.lab.test.ts',
  'test/lib/cloudinit/validate/judge.lab.test.ts',
  'test/disk_image/killed.lab.test.ts',
  'test/disk_image/guests.lab.test.ts',
  'test/vm/baseline.lab.test.ts',
  'test/lib/libvirt/live/plan/started.lab.test.ts',
  'test/ovs_bridge/bridge.lab.test.ts',
  'test/killed/domain.lab.test.ts',
  'test/disk_image/url.lab.test.ts',
  'test/e2e/inventory.test.ts',
  'test/ovs_port/bond.lab.test.ts',
  'test/binary/binary.lab.test.ts',
];

// The files that take half a minute or more, and the one that each new module must pass. CI runs them every time; a plain run
// takes turns at them too, or it would take more than 20 minutes.
const MEDIUM = [
  'test/contract/contract.lab.test.ts',
  'test/ovs_topology/topology.lab.test.ts',
  'test/contract/live.lab.test.ts',
  'test/vm/iso.lab.test.ts',
  'test/ovs_bridge/fake.lab.test.ts',
  'test/contract/variables.lab.test.ts',
  'test/ovs_topology/requests.lab.test.ts',
  'test/contract/edges.lab.test.ts',
  'test/ovs_topology/purge.lab.test.ts',
  'test/disk_image/disk.lab.test.ts',
  'test/lib/host/unfinished.lab.test.ts',
  'test/ovs_port/pair.lab.test.ts',
  'test/image/image.lab.test.ts',
  'test/libvirt_domain/domain.lab.test.ts',
  'test/disk_template/template.lab.test.ts',
  'test/libvirt_domain/applied.lab.test.ts',
  'test/libvirt_domain/faults.lab.test.ts',
  'test/ovs_compat/faults.lab.test.ts',
  'test/libvirt_domain/rehearsal.lab.test.ts',
  'test/disk_template/places.lab.test.ts',
  'test/cloud_info/cloud_info.lab.test.ts',
];

// What a file itself takes turns at (`daily`) must come round too: no number of turns there has a factor in common with these.
const CI = process.env.PIECEWISE_TESTS === 'ci';
const turns = CI ? daily([...LONGEST, ...LONG], 5) : daily([...LONG, ...MEDIUM], 23);

const today = new Set([...turns, ...(CI ? MEDIUM : []), ...(ALL ? LONGEST : [])]);

/** The test files whose day isn't today. One whose path is on the command line is run all the same. */
export const LATER = [...LONGEST, ...LONG, ...MEDIUM].filter(
  (file) =>
    !today.has(file) && !process.argv.some((argument) => argument.includes('/') && file.includes(argument)),
);
