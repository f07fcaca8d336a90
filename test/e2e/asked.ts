import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SmallImage } from '../move/image.ts';
import type { MoveHost } from '../move/lab.ts';

/** A small guest that leases its address, and runs what it is told on its serial console: no network is needed to ask it. */
export const ASKED: SmallImage = {
  name: 'asked',
  init: readFileSync(join(import.meta.dirname, 'asked-init.sh'), 'utf8'),
};

/** The TCP port at which each guest says its name. */
export const NAME_PORT = 7000;

/** The entry of `vms` of such a guest. */
export const askedVm = (name: string, networks: readonly object[]): Record<string, unknown> => ({
  name,
  memory: '96 MiB',
  virt_type: 'qemu',
  archive_name: ASKED.name,
  kernel: 'template',
  cmdline: `console=ttyS0 quiet guest.name=${name}`,
  shutdown_timeout: 1,
  force_off: true,
  networks,
});

// QEMU gives what it has for the console to whoever has opened it, also what nobody has read before.
const ASK = `
exec 3<>"$(virsh ttyconsole GUEST)"
echo 'ID SCRIPT' >&3
while IFS= read -r -t SECONDS line <&3; do
  case $line in *'<<ID '*) echo "$line"; exit ;; esac
done
echo 'no answer' >&2; exit 1`;

let asked = 0;

/**
 * Runs a script in a guest.
 * @param seconds that the guest has to answer
 * @returns what it prints, trimmed, whatever its exit code
 * @throws Error if the guest doesn't answer
 */
export async function askGuest(
  { hypervisor }: MoveHost,
  guest: string,
  script: string,
  seconds = 60,
): Promise<string> {
  asked += 1;
  const id = `ask${asked}`;
  const words = {
    GUEST: guest,
    ID: id,
    SCRIPT: Buffer.from(script).toString('base64'),
    SECONDS: `${seconds}`,
  };
  const text = ASK.replace(/GUEST|SCRIPT|ID|SECONDS/g, (word) => words[word as keyof typeof words]);
  const { stdout } = await hypervisor.exec(['bash', '-ec', text], { timeout: 120 });
  const [, output = ''] = /<<ask\d+ \d+ ([A-Za-z0-9+/=]*)>>/.exec(stdout) ?? [];
  return Buffer.from(output, 'base64').toString().trim();
}
