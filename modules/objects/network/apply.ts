import { dirname } from 'node:path/posix';
import { dropIn, unitOf } from '../../lib/dnsmasq/unit.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { applyForwarding } from '../../lib/nftables/forwarding.ts';
import { AFTER_FLUSH, RULES_UNIT, removeRules } from '../../lib/nftables/table.ts';
import { applyUnits, UNIT_DIRECTORY } from '../../lib/systemd/units.ts';
import { topology } from '../topology/topology.ts';
import { applyLibvirt } from './libvirt.ts';
import { DIRECTORY, filesOf } from './names.ts';
import type { NetworkOptions } from './options.ts';
import { topologyOf } from './port.ts';
import { readNetworks } from './record.ts';
import { loadRulesOf, whileAlone } from './rules.ts';
import { applyShared } from './shared.ts';
import type { Step, Texts } from './step.ts';

async function writeFiles(host: Host, files: Texts): Promise<void> {
  for (const [path, text] of files) {
    if (text === undefined) {
      await host.remove(path);
      // A drop-in's directory is made for it.
      if (path.includes('.d/')) await host.removeDirectory(dirname(path));
    } else {
      await host.makeDirectory(dirname(path));
      await host.write(path, text, { mode: 0o644 });
    }
  }
}

/** The directories of a network, which dnsmasq reads as a user of its own, whatever the umask. */
async function makeDirectories(host: Host, name: string): Promise<void> {
  const { directory, reservations, names } = filesOf(name);
  for (const path of [dirname(DIRECTORY), DIRECTORY, directory, reservations, names]) {
    await host.makeDirectory(path);
    await host.setAttributes(path, { mode: 0o755 });
  }
}

/** Starts a network's dnsmasq. @throws Failure with what it said */
async function applyServer(host: Host, name: string, step: Extract<Step, { part: 'server' }>): Promise<void> {
  const unit = unitOf(name);
  if (step.stop) await host.run('systemctl', ['stop', '--', unit]);
  // A unit without its file can't be disabled.
  const { disable } = step.units;
  if (disable.length > 0) await applyUnits(host, { ...step.units, reload: false });
  await writeFiles(host, step.files);
  if (step.units.restart.length > 0)
    await whileAlone(host, async () => applyShared(host, await readNetworks(host)));
  try {
    await applyUnits(host, { ...step.units, disable: [] });
  } catch (error) {
    const { stdout } = await host.run('journalctl', [
      '--unit',
      unit,
      '--lines=20',
      '--output=cat',
      '--no-pager',
    ]);
    const said = stdout.split('\n').filter((line) => /^dnsmasq: |failed to /.test(line));
    throw said.length > 0 ? new Failure(`${unit} doesn't start: ${said.at(-1)}`) : error;
  }
}

/** Renders the rules of all networks anew, from their records. */
async function applyRules(host: Host, step: Extract<Step, { part: 'rules' }>): Promise<void> {
  const text = await loadRulesOf(host);
  if (step.units.disable.length > 0) await applyUnits(host, { ...step.units, reload: false });
  await writeFiles(host, step.files);
  if (text === undefined) {
    // Of a run that was killed between a drop-in and its directory.
    await host.removeDirectory(dirname(`${UNIT_DIRECTORY}/${AFTER_FLUSH}`));
    await removeRules(host);
    await applyUnits(host, { ...step.units, disable: [] });
    return;
  }
  await applyShared(host, await readNetworks(host));
  await applyUnits(host, { ...step.units, enable: [RULES_UNIT] });
}

/** Applies a step of a network. @throws Failure */
export async function apply(host: Host, step: Step, item: NetworkOptions): Promise<undefined> {
  switch (step.part) {
    case 'port':
      await topology.apply(host, step.step, topologyOf([], item));
      break;
    case 'record':
      if (step.files.size > 0) await makeDirectories(host, item.name);
      await writeFiles(host, step.files);
      break;
    case 'server':
      await applyServer(host, item.name, step);
      break;
    case 'rules':
      await whileAlone(host, () => applyRules(host, step));
      break;
    case 'forwarding':
      await whileAlone(host, () => applyForwarding(host, step.step));
      break;
    case 'libvirt':
      await applyLibvirt(host, item.name, step);
      break;
    case 'remains': {
      const { directory, kept, leases } = filesOf(item.name);
      // systemd keeps the leases of a unit with a user of its own there.
      await host.removeTree(dirname(kept));
      await host.removeTree(dirname(leases));
      await host.removeDirectory(dirname(dirname(leases)));
      await host.removeTree(directory);
      // Of a run that was killed between the drop-in and its directory.
      await host.removeDirectory(dirname(`${UNIT_DIRECTORY}/${dropIn(item.name)}`));
      await host.removeDirectory(DIRECTORY);
      await host.removeDirectory(dirname(dirname(kept)));
      await host.removeDirectory(dirname(DIRECTORY));
      break;
    }
  }
  return undefined;
}
