import { stringify } from 'yaml';
import { privateKeyFile, sshCommonArgs } from './key.ts';

/** The variables by which Ansible reaches a lab hypervisor. */
export async function hostVariables(name: string): Promise<Record<string, unknown>> {
  return {
    ansible_host: name,
    ansible_connection: 'ssh',
    ansible_user: 'root',
    ansible_ssh_private_key_file: await privateKeyFile(),
    ansible_ssh_common_args: sshCommonArgs(name),
    ansible_python_interpreter: '/usr/bin/python3',
  };
}

/** An Ansible inventory (YAML) with these hypervisors in the group `hypervisors`. */
export async function inventory(names: readonly string[]): Promise<string> {
  const hosts = await Promise.all(names.map(async (name) => [name, await hostVariables(name)] as const));
  return stringify(
    { all: { children: { hypervisors: { hosts: Object.fromEntries(hosts) } } } },
    { lineWidth: 0 },
  );
}
