import { type Element, valueAt } from '../xml/element.ts';
import { devicesOf } from './devices.ts';

// libvirt's virtlogd writes what a serial port prints to a file, and limits its size: 2 MiB and three older files by default
// (`max_size` and `max_backups` of virtlogd.conf). The file is root's, and is emptied at each start of the guest.

/** The directory of the logs, which libvirt makes. */
const DIRECTORY = '/var/log/libvirt/qemu';

/** libvirt's own log of a domain is `NAME.log`, and names have dots: the log of no domain ends like this. */
const ENDING = '.console';

/** The log of a guest's console, by the domain's name. */
export const consoleLogPath = (name: string): string => `${DIRECTORY}/${name}${ENDING}`;

/** Whether a file is a log that we chose. */
export const isConsoleLog = (path: string | undefined): boolean =>
  (path?.startsWith(`${DIRECTORY}/`) && path.endsWith(ENDING)) ?? false;

/** The file of a serial port's log, or of the console that repeats the port. */
export const logFileOf = (port: Element | undefined): string | undefined =>
  port && valueAt(port, 'log/@file');

/** The first serial port: the guest's console. */
export const firstSerial = (domain: Element | undefined): Element | undefined =>
  devicesOf(domain, 'serial').find((port) => (valueAt(port, 'target/@port') ?? '0') === '0');

/** Whether a connection is to the system's libvirt on this host, whose files are root's. */
export const isLocalSystem = (uri: string): boolean => /^qemu(\+unix)?:\/\/\/system\b/.test(uri);

/** The log of a domain's console; nothing where it is another machine's file, or another user's. @param uri the libvirt connection */
export const consoleLogIn = (domain: Element | undefined, uri: string): string | undefined =>
  isLocalSystem(uri) ? logFileOf(firstSerial(domain)) : undefined;

/** Whether a file belongs to a log: it, or an older one of it (`.0`, `.1`). */
export const isOfLog = (path: string, file: string): boolean =>
  file === path || (file.startsWith(`${path}.`) && /^\d+$/.test(file.slice(path.length + 1)));
