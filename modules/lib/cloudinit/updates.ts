import { type Comparable, mappingOf } from './diff.ts';
import { isMapping } from './yaml/value.ts';

// cloud-init applies network-config once for each instance-id, unless `updates` says otherwise (docs, "Events and updates";
// cloudinit/stages.py, update_event_enabled).

/**
 * When a guest is to look at its network configuration again: at each boot, and when an interface comes or goes.
 * @param hasHook whether it will have cloud-init's hook for that, which is made at the first boot of an instance only
 * (cloudinit/config/cc_install_hotplug.py)
 */
export const updatesOf = (hasHook: boolean) => ({
  updates: { network: { when: ['boot-new-instance', 'boot', ...(hasHook ? ['hotplug'] : [])] } },
});

/** Whether the vendor-data of a seed says so. It is looked at as a text, since each run asks for each guest. */
export const saysHotplug = (files: readonly Comparable[]): boolean =>
  files.some(
    ({ path, content }) =>
      path === 'vendor-data' &&
      content instanceof Uint8Array &&
      new TextDecoder().decode(content).includes('hotplug'),
  );

const whenIn = (document: Comparable | undefined): readonly unknown[] | undefined => {
  const updates = document && mappingOf(document)?.updates;
  const network = isMapping(updates) ? updates.network : undefined;
  const when = isMapping(network) ? network.when : undefined;
  return Array.isArray(when) ? when : undefined;
};

/**
 * The events at which a guest that was booted with a seed looks at its network configuration again: `boot`, `hotplug`.
 * What user-data says counts more than vendor-data. User-data in several parts is not looked into.
 */
export function networkEvents(files: readonly Comparable[]): ReadonlySet<string> {
  const file = (name: string) => files.find(({ path }) => path === name);
  const when = whenIn(file('user-data')) ?? whenIn(file('vendor-data')) ?? [];
  return new Set(when.filter((word): word is string => typeof word === 'string'));
}

/** Whether a document of a seed says nothing but when to look again. */
export function saysWhenAlone(document: Comparable): boolean {
  const { updates, ...rest } = mappingOf(document) ?? { other: true };
  return updates !== undefined && Object.keys(rest).length === 0;
}
