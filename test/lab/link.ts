import { withLock } from './cache.ts';
import { execInside, initPid } from './exec.ts';
import { labIp } from './network.ts';
import { readState, type State, writeState } from './state.ts';

/** One end of a link: a running hypervisor and its host0's address, as CIDR; without one host0 is only raised. */
export interface LinkMember {
  name: string;
  address?: string;
}

async function connect(name: string, { bridge, address }: NonNullable<State['link']>): Promise<void> {
  initPid(name);
  // Who tidies up meanwhile would remove a bridge that has no port yet.
  await withLock('network', async () => {
    const bridges = await labIp('-brief', 'link', 'show', 'type', 'bridge');
    if (!bridges.split('\n').some((line) => line.startsWith(`${bridge} `))) {
      await labIp('link', 'add', bridge, 'type', 'bridge');
    }
    await labIp('link', 'set', bridge, 'up');
    await labIp('link', 'set', `ve-${name}`, 'master', bridge, 'up');
  });
  await execInside(name, ['ip', 'link', 'set', 'host0', 'up']);
  if (address) await execInside(name, ['ip', 'address', 'replace', address, 'dev', 'host0']);
}

/** Puts a hypervisor back on its bridge after a reboot. */
export const relink = connect;

/**
 * Connects running hypervisors: a bridge in the lab's own network namespace joins their host0.
 * It survives reboots, and is removed with the last of them.
 */
export async function link(...members: readonly LinkMember[]): Promise<void> {
  const [first] = members;
  if (!first) return;
  // Named for its first member; an interface's name has at most 15 characters.
  const bridge = `br-${first.name}`;
  for (const { name, address } of members) {
    const state = readState(name);
    if (!state) throw new Error(`the lab has no hypervisor ${name}`);
    state.link = { bridge, ...(address ? { address } : {}) };
    writeState(state);
    await connect(name, state.link);
  }
}
