import type { Found } from '../../lib/guest/addresses/found.ts';
import { amountIn } from '../../lib/libvirt/amount.ts';
import { recordIn } from '../../lib/libvirt/applied.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { driverIn, type GuestKind } from '../../lib/libvirt/driver.ts';
import { evacuatedIn } from '../../lib/libvirt/evacuated.ts';
import { currentMemory } from '../../lib/libvirt/live/plan/memory.ts';
import { processors } from '../../lib/libvirt/live/plan/processors.ts';
import { quotaIn } from '../../lib/libvirt/live/plan/quota.ts';
import { memberIn } from '../../lib/libvirt/member.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import type { DatabaseIndex } from '../../lib/ovs/rows/database-index.ts';
import { childOf, type Element, valueAt } from '../../lib/xml/element.ts';
import { type AddressInfo, addressInfos } from './addresses.ts';
import type { DiskInfo } from './disks.ts';
import type { NetworkInfo } from './networks.ts';
import { type NicInfo, nicsOf } from './nics.ts';
import { type Optional, withoutMissing } from './optional.ts';
import { restartReasons } from './restarts.ts';

/** A guest. Nothing of it is a secret: passwords of its consoles, and what its seed has, are left out. */
export type GuestInfo = Optional<{
  readonly name: string;
  readonly kind: GuestKind;
  /** As libvirt calls it. */
  readonly state: string;
  readonly uuid: string;
  readonly autostart: boolean;
  /** Whether a task of this collection defined it. */
  readonly managed: boolean;
  /** Bytes that it has now, or at its next start. */
  readonly memory: number;
  /** Bytes that it can have at most, now or after its next start. */
  readonly memory_max: number;
  /** Of a container: those whose time it has, at least 1. */
  readonly vcpus: number;
  readonly group: string | undefined;
  readonly type: string | undefined;
  /** The host that it was evacuated from. */
  readonly evacuated_from: string | undefined;
  /** The host that it comes from, by a move that was not completed. */
  readonly moving_from: string | undefined;
  readonly disks: readonly DiskInfo[];
  /** Of a container. */
  readonly root: RootInfo | undefined;
  readonly nics: readonly NicInfo[];
  readonly addresses: readonly AddressInfo[];
  readonly restart_reasons: readonly string[];
}>;

/** The root of a container. */
export interface RootInfo {
  /** Its directory on the host. */
  readonly path: string;
}

/** What of a host a guest is described by. */
export interface Around {
  readonly index: DatabaseIndex | undefined;
  readonly networks: readonly NetworkInfo[];
  readonly disks: readonly DiskInfo[];
  /** What the variables say, and what was found. */
  readonly declared: readonly string[];
  readonly found: readonly Found[];
  readonly movingFrom?: string | undefined;
}

/** The memory of a domain without its balloon, in KiB. */
const memoryOf = (domain: Element) => amountIn(childOf(domain, 'memory'));

/** The directory on the host that a container has as its root. */
function rootOf(domain: Element): RootInfo | undefined {
  // What a VM calls a target is the name of a share.
  if (driverIn(domain).guests !== 'container') return undefined;
  const root = devicesOf(domain, 'filesystem').find((one) => valueAt(one, 'target/@dir') === '/');
  const path = valueAt(root, 'source/@dir');
  return path === undefined ? undefined : { path };
}

/** The processors of a guest. A container has those of its host, and a part of their time; its `<vcpu>` limits nothing. */
const vcpusOf = (domain: Element): number => {
  const time = driverIn(domain).processors === 'quota' ? quotaIn(domain) : undefined;
  return time === undefined ? processors(domain).on : Math.max(1, Math.ceil(time));
};

/** A guest by its domain and what is around it. Pure. */
export function guestInfo(
  domain: Domain,
  { index, networks, disks, declared, found, movingFrom }: Around,
): GuestInfo {
  const { name, state, uuid, autostart, definition, live } = domain;
  const now = live ?? definition;
  const { group, type } = memberIn(definition) ?? {};
  return withoutMissing({
    ...{ name, kind: driverIn(definition).guests, state, uuid, autostart },
    managed: recordIn(definition) !== undefined,
    memory: (currentMemory(now) || memoryOf(now)) * 1024,
    memory_max: Math.max(memoryOf(now), memoryOf(definition)) * 1024,
    vcpus: vcpusOf(now),
    ...{ group, type, evacuated_from: evacuatedIn(definition), moving_from: movingFrom, disks },
    root: rootOf(now),
    nics: nicsOf(domain, index, networks),
    addresses: addressInfos(declared, found),
    restart_reasons: restartReasons(domain),
  });
}
