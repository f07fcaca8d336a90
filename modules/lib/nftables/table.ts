import { dirname } from 'node:path/posix';
import { type Host, readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { type Others, readOthers } from './others.ts';
import { TABLE } from './ruleset.ts';

/** The rules as they are loaded at boot. */
export const RULES_FILE = '/etc/piecewise-cloud/nftables.conf';

/** The table as nft listed it when it was loaded: by it a table that somebody changed is found. */
const LISTED = '/run/piecewise-cloud-nftables.list';

/** The unit that loads the rules at boot. */
export const RULES_UNIT = 'piecewise-cloud-nftables.service';

export const RULES_UNIT_TEXT = `# piecewise.cloud: changes made here are lost.
[Unit]
Description=Packet filter and NAT of networks (piecewise.cloud)
After=nftables.service
Before=libvirtd.service libvirt-guests.service virtqemud.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f ${RULES_FILE}
ExecStart=/bin/sh -c 'nft -s list table inet ${TABLE} >${LISTED}'

[Install]
WantedBy=multi-user.target
`;

/** A drop-in of the host's own rules, relative to the directory of units. */
export const AFTER_FLUSH = 'nftables.service.d/piecewise-cloud.conf';

// Debian's /etc/nftables.conf begins with `flush ruleset`, and so does the end of its unit: ours are loaded after each.
export const AFTER_FLUSH_TEXT = `# piecewise.cloud: changes made here are lost.
[Service]
ExecStartPost=-/usr/sbin/nft -f ${RULES_FILE}
ExecReload=-/usr/sbin/nft -f ${RULES_FILE}
ExecStopPost=-/usr/sbin/nft -f ${RULES_FILE}
`;

/** The rules that the host has. */
export interface RulesState {
  /** The text of the file that is loaded at boot. */
  readonly text: string | undefined;
  /** The table is loaded as it was when the file was. */
  readonly loaded: boolean;
  readonly others: Others;
}

/** Reads the table, its file, and the chains of others. @throws Failure */
export async function readRules(host: Host): Promise<RulesState> {
  const [text, listed, table, others] = await Promise.all([
    readText(host, RULES_FILE),
    readText(host, LISTED),
    host.run('nft', ['-s', 'list', 'table', 'inet', TABLE]),
    readOthers(host),
  ]);
  return { text, loaded: table.code === 0 && listed?.trim() === table.stdout.trim(), others };
}

/**
 * Replaces the table in one transaction, and what is loaded at boot: last, so that a run that is killed before leaves a text
 * that isn't that of the networks.
 * @throws Failure with what nft said
 */
export async function loadRules(host: Host, text: string): Promise<void> {
  await runOrFail(host, 'nft', ['-f', '-'], { input: text });
  const listed = await runOrFail(host, 'nft', ['-s', 'list', 'table', 'inet', TABLE]);
  await host.write(LISTED, listed, { mode: 0o644 });
  await host.write(RULES_FILE, text, { mode: 0o644 });
}

/** Removes the table, and what is loaded at boot. */
export async function removeRules(host: Host): Promise<void> {
  await runOrFail(host, 'nft', ['-f', '-'], { input: `table inet ${TABLE}\ndelete table inet ${TABLE}\n` });
  await host.remove(RULES_FILE);
  await host.remove(LISTED);
  await host.removeDirectory(dirname(RULES_FILE));
}
