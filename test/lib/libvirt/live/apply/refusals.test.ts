import { describe, expect, it } from 'vitest';
import { postponedBy } from '../../../../../modules/lib/libvirt/live/apply/refusals.ts';

// In the words of libvirt 9.0 and 11.3.
describe('what libvirt refuses', () => {
  it.each([
    ['internal error: No more available PCI slots', /hotplug_slots/],
    ['XML error: Invalid PCI address 0000:09:00.0. Only PCI buses up to 3 are available', /hotplug_slots/],
    ['XML error: Attempted double use of PCI Address 0000:01:00.0', /hotplug_slots/],
    ['internal error: Only PCI device addresses with function=0 are supported', /^Only PCI/],
    [
      "unsupported configuration: cannot use/hotplug a memory device when domain 'maxMemory' is not defined",
      /^cannot/,
    ],
    ["Operation not supported: unable to change config on 'bridge' network type", /^unable to change/],
    [
      'Timed out during operation: vcpu unplug request timed out. Unplug result …',
      /^vcpu unplug request timed out/,
    ],
    ["internal error: unable to execute QEMU command 'set_password': Could not set password", /set_password/],
  ])('has to wait: %s', (said, why) => {
    expect(postponedBy(said)).toMatch(why);
  });

  it.each([
    "Cannot access storage file '/no/such/file': No such file or directory",
    'internal error: Unable to add port vnet1 to OVS bridge br9',
    'Unable to read from monitor: Connection reset by peer',
    "failed to get domain 'x'",
  ])('is a failure: %s', (said) => {
    expect(postponedBy(said)).toBeUndefined();
  });
});
