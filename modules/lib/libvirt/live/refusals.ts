const NO_ROOM = "the running guest has no room for it there ('hotplug_slots' keeps some)";

/**
 * What libvirt says, on standard error, of something that can't be done to a guest while it runs, and what that means
 * to a user where its own words don't tell. Each was met with libvirt 9.0 and 11.3, or stands in its qemu_hotplug.c.
 */
const REFUSALS: readonly (readonly [said: RegExp, means?: string])[] = [
  [/No more available PCI slots/, "the running guest has no free PCI slot ('hotplug_slots' keeps some)"],
  [/Invalid PCI address|Attempted double use of PCI Address|requires hotplug capability/, NO_ROOM],
  [/Only PCI device addresses with function=0/],
  [/^Operation not supported:/],
  [/^unsupported configuration:/],
  [/^Requested operation is not valid:/],
  [/^Timed out during operation:/],
  [/unable to execute QEMU command '(device_add|device_del|set_password)'/],
];

/**
 * Why something that libvirt refused has to wait for the guest's next start.
 * @param reason libvirt's own
 * @returns undefined when that isn't it
 */
export function whyLater(reason: string): string | undefined {
  const row = REFUSALS.find(([said]) => said.test(reason));
  return row && (row[1] ?? reason.replace(/^[A-Za-z ]+: /, ''));
}
