import { isMapping } from '../../lib/cloudinit/yaml/value.ts';
import type { VmOptions } from './options.ts';

/** The user-data of the VM's `users` and `ssh_authorized_keys`. */
export function accountsOf({ users, ssh_authorized_keys: keys }: VmOptions): Record<string, unknown> {
  const some = (list: unknown) => Array.isArray(list) && list.length > 0;
  return { ...(some(users) ? { users } : {}), ...(some(keys) ? { ssh_authorized_keys: keys } : {}) };
}

/** The user-data of a VM, with its users and keys. */
export function userDataOf(vm: VmOptions): unknown {
  const { user_data: given = {} } = vm;
  const accounts = accountsOf(vm);
  if (isMapping(given)) return { ...given, ...accounts };
  if (!Array.isArray(given)) return given;
  return [...(Object.keys(accounts).length > 0 ? [{ content: accounts }] : []), ...given];
}
