import { daily } from './daily.ts';

// Files that take minutes each, and test what other files touch too. Neighbours in this list have different days.
const LONG = [
  'test/e2e/networks.test.ts',
  'test/e2e/overlay.test.ts',
  'test/lib/rollback/faults.lab.test.ts',
  'test/killed/network.lab.test.ts',
  'test/ovs_compat/playbook.lab.test.ts',
  'test/libvirt_domain/guest.lab.test.ts',
  'test/corpus/sample.lab.test.ts',
  'test/ovs_port/uplink.lab.test.ts',
  'test/network/faults.lab.test.ts',
  'test/network/guest.lab.test.ts',
  'test/move/fixture.lab.test.ts',
  'test/contract/moves.lab.test.ts',
  'test/move/killed.lab.test.ts',
  'test/vm/moved.lab.test.ts',
  'test/contract/evacuation.lab.test.ts',
  'test/move/move.lab.test.ts',
  'test/move/evacuate.lab.test.ts',
];

const today = new Set(daily(LONG, 2));

/** The test files whose day isn't today. One whose path is on the command line is run all the same. */
export const LATER = LONG.filter(
  (file) =>
    !today.has(file) && !process.argv.some((argument) => argument.includes('/') && file.includes(argument)),
);
