import {
  consoleLogPath,
  firstSerial,
  isConsoleLog,
  isLocalSystem,
  logFileOf,
} from '../../../lib/libvirt/console-log.ts';
import type { Element } from '../../../lib/xml/element.ts';
import type { DomainOptions } from '../options/options.ts';
import { tag } from './tag.ts';

/**
 * The first serial port and the console are one device, which libvirt writes twice (formatdomain, "Console").
 * @param file what it prints is kept there (formatdomain, "Devices" of characters, `log`)
 */
export function consoleWith(file?: string): Element[] {
  const log = file === undefined ? undefined : tag('log', { file, append: 'off' });
  return [
    tag('serial', { type: 'pty' }, [log, tag('target', { port: 0 })]),
    tag('console', { type: 'pty' }, [log, tag('target', { type: 'serial', port: 0 })]),
  ];
}

/**
 * Whether the log of a console is ours to set: it's a terminal, or becomes one, and has no log that the user chose.
 * @param console whether the domain is to have a console; undefined where it keeps what it has
 * @param port the first serial port that the domain has
 */
export function isLogOurs(console: boolean | undefined, port: Element | undefined): boolean {
  const file = logFileOf(port);
  const isTerminal = console ?? port?.attributes.type === 'pty';
  return isTerminal && (file === undefined || isConsoleLog(file));
}

/** The console. @param current the definition that the domain has */
export function consoleXml(
  { name = '', uri, console_log, ...given }: DomainOptions,
  isNew: boolean,
  current: Element | undefined,
): Element[] {
  const console = given.console ?? (isNew || undefined);
  const isOurs = isLogOurs(console, firstSerial(current));
  if (!console && (console_log === undefined || !isOurs)) return [];
  const isLogged = isOurs && (console_log ?? (isNew && isLocalSystem(uri)));
  return consoleWith(isLogged ? consoleLogPath(name) : undefined);
}
