import type { Host } from '../../host/host.ts';
import { virsh, withPrivateFile } from '../virsh.ts';
import type { NetworkStep } from './step.ts';

/** Applies a step of a network. @throws Failure with libvirt's own reason */
export async function applyNetworkStep(
  host: Host,
  uri: string,
  name: string,
  step: NetworkStep,
): Promise<void> {
  const on = (command: string, ...args: string[]) => virsh(host, uri, command, '--network', name, ...args);
  switch (step.act) {
    case 'define':
      await withPrivateFile(host, step.xml, (path) => virsh(host, uri, 'net-define', '--file', path));
      break;
    case 'update':
      await withPrivateFile(host, step.portgroup, (path) =>
        on('net-update', '--command', step.command, '--section', 'portgroup', '--xml', path, '--live'),
      );
      break;
    case 'restart':
      await on('net-destroy');
      await on('net-start');
      break;
    case 'start':
      await on('net-start');
      break;
    case 'autostart':
      await on('net-autostart');
      break;
    case 'stop':
      await on('net-destroy');
      break;
    case 'undefine':
      await on('net-undefine');
      break;
  }
}
