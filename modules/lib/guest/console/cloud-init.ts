import { type Pair, pairOf } from '../addresses/found.ts';
import { cut, WIDTH } from './text.ts';

/** How far cloud-init has come, as the console tells. */
export interface CloudInitSeen {
  /** `finished` is its own last message, a moment before its status is done. */
  readonly stage: 'unseen' | 'running' | 'finished' | 'done' | 'failed';
  /** The last line about it. */
  readonly line?: string;
  /** The addresses that it lists of the guest's interfaces. */
  readonly addresses: readonly Pair[];
}

/** One of these lines stands between two boots: the kernel's, cloud-init's where the kernel is quiet, and that of a restart. */
const BOOT =
  /^\[ *0\.000000\] Linux version \d|\bCloud-init v\. \S+ running 'init-local' at |\breboot: Restarting system/;

/** Any line of cloud-init itself, or of systemd about its stages. */
const ANY = /\bCloud-init v\. \S+ |\bcloud-(?:init|config|final)|\bCloud-init: |\b(?:Initial|Execute) cloud/;

/** cloud-init's default `final_message`. */
const FINISHED = /\bCloud-init v\. \S+ finished at /;

/**
 * What systemd says of the stages. A getty on the console ends its messages, in Debian before the last stage. It cuts long names
 * in their middle, and cloud-init names its units differently in 22.4 and 25.1 (measured).
 */
const ENDED =
  /\bFinished (?:cloud-final|Cloud-init: Final|Execute cloud user\/final)|\bReached target cloud-init\.target/;
const FAILED =
  /\bFailed to start (?:cloud-(?:init(?!-h)|config|final)|Cloud-init: (?!.*[Hh]otplug)|Initial cloud-init|Execute cloud user\/final)/;

/** A row of `ci-info`: device, up, address, mask, scope, MAC address. */
const ROW = /\bci-info: \|[^|]*\| *True *\| *([0-9a-f.:]+)(?:\/\d+)? *\|[^|]*\|[^|]*\| *([0-9a-f:]{17}) *\|/i;

/** Whether the guest has begun to boot, on some lines. */
export const beginsBoot = (lines: readonly string[]): boolean => lines.some((line) => BOOT.test(line));

/** The lines since the guest has last begun to boot. */
export const sinceBoot = (lines: readonly string[]): readonly string[] =>
  lines.slice(
    Math.max(
      0,
      lines.findLastIndex((line) => BOOT.test(line)),
    ),
  );

/** Reads from a console how far cloud-init has come since the last boot. Pure. */
export function cloudInitOn(lines: readonly string[]): CloudInitSeen {
  const boot = sinceBoot(lines);
  const addresses = boot.flatMap((line) => {
    const [, address = '', mac = ''] = ROW.exec(line) ?? [];
    return mac === '' ? [] : (pairOf(mac, address) ?? []);
  });
  const about = boot.filter((line) => ANY.test(line));
  const last = about.at(-1);
  return { stage: stageOf(about), addresses, ...(last === undefined ? {} : { line: cut(last, WIDTH) }) };
}

function stageOf(about: readonly string[]): CloudInitSeen['stage'] {
  const says = (pattern: RegExp) => about.some((line) => pattern.test(line));
  if (about.length === 0) return 'unseen';
  if (says(FAILED)) return 'failed';
  if (says(ENDED)) return 'done';
  return says(FINISHED) ? 'finished' : 'running';
}
