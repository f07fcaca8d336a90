import type { Spec } from '../modules/lib/ansible/spec.ts';

/** The options for which a play would set a default, by the name of the group of modules that have all of them. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  disk: ['overlay_directories'],
  ovs: ['database_socket', 'timeout'],
  vm: ['uri', 'shutdown_timeout', 'force_off'],
};

/** The groups for `module_defaults: {group/piecewise.cloud.NAME: …}`: a default of a group is an option of all its modules. */
export function actionGroups(specs: readonly Spec[]): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(SHARED).map(([group, shared]) => [
      group,
      specs.filter(({ options }) => shared.every((name) => name in options)).map(({ module }) => module),
    ]),
  );
}
