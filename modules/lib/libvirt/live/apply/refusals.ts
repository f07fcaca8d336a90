const NO_ROOM = "the running guest has no room for it there ('hotplug_slots' keeps some)";

/**
 * libvirt's errors for what can't be done while the guest runs, with a message for users where its own is unclear.
 * Source: libvirt 9.0 and 11.3, and its qemu_hotplug.c.
 */
const REFUSALS: readonly (readonly [pattern: RegExp, meaning?: string])[] = [
  [/No more available PCI slots/, "the running guest has no free PCI slot ('hotplug_slots' keeps some)"],
  [/Invalid PCI address|Attempted double use of PCI Address|requires hotplug capability/, NO_ROOM],
  [/Only PCI device addresses with function=0/],
  [/^Operation not supported:/],
  [/^unsupported configuration:/],
  [/^Requested operation is not valid:/],
  [/^Timed out during operation:/],
  [
    /unable to execute QEMU command '(eject|blockdev-open-tray|blockdev-remove-medium)'/,
    'the guest holds it: unmount it there',
  ],
  [/unable to execute QEMU command '(device_add|device_del|set_password)'/],
];

/**
 * Why a change that libvirt refused only takes effect at the guest's next start.
 * @param reason libvirt's own
 * @returns undefined for an error of any other kind
 */
export function postponedBy(reason: string): string | undefined {
  const row = REFUSALS.find(([pattern]) => pattern.test(reason));
  return row && (row[1] ?? reason.replace(/^[A-Za-z ]+: /, ''));
}
