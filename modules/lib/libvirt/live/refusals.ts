/** What libvirt says when something can't be done to a guest while it runs, and what that means to a user. */
const REFUSALS: readonly (readonly [said: RegExp, means: string | undefined])[] = [
  [
    /No more available PCI slots/,
    "the running guest has no free PCI slot for it ('hotplug_slots' keeps some free)",
  ],
  [
    /PCI controller with index|Attempted double use of PCI|PCI address .* (is not|isn't) available/,
    "the running guest has no room where the definition puts it ('hotplug_slots' keeps some free)",
  ],
  [/Unable to eject|tray .*locked|Device .* is locked/i, 'the guest holds its medium'],
  [/vcpu unplug request timed out|not supported device type|hotpluggable vcpus/, undefined],
  [/^Operation not supported:/, undefined],
  [/^unsupported configuration:/, undefined],
  [/^Requested operation is not valid:/, undefined],
  [/^XML error: .*address/i, undefined],
  [/^internal error: unable to execute QEMU command '(device_add|device_del)'/, undefined],
];

/**
 * Why something that libvirt refused has to wait for the guest's next start.
 * @param reason libvirt's own
 * @returns undefined when that isn't it
 */
export function whyLater(reason: string): string | undefined {
  const row = REFUSALS.find(([said]) => said.test(reason));
  return row && (row[1] ?? reason.replace(/^[a-z ]+: /i, ''));
}
