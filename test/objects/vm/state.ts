import { rawDisk } from '../../../modules/lib/disk/image/disk.ts';
import type { Source } from '../../../modules/lib/disk/template/source.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import type { State as DiskState } from '../../../modules/objects/disk/plan.ts';
import { isUnchanged } from '../../../modules/objects/domain/draft/digest.ts';
import { draftOf } from '../../../modules/objects/domain/draft/draft.ts';
import type { State as SeedState } from '../../../modules/objects/seed/plan.ts';
import type { VmOptions } from '../../../modules/objects/vm/options.ts';
import { disksOf, domainOf, seedsOf } from '../../../modules/objects/vm/parts.ts';
import { type State, vm } from '../../../modules/objects/vm/vm.ts';
import { vmOf } from './given.ts';

const SOURCE: Source = { kind: 'qcow2', length: 4096, path: '/i', disk: rawDisk('/i', 8 * 1024 ** 2) };
/** A disk that doesn't exist, of an image. */
export const NO_DISK: DiskState = { disk: undefined, source: SOURCE, checksum: undefined, kept: undefined };
const NO_SEED: SeedState = {
  ...{ file: undefined, seed: undefined, sources: new Map() },
  desired: { mode: 0o600, uid: 64055, gid: 64055 },
};

/** The state of a host without libvirt: nothing of the VM, or only a domain with some XML. */
export function stateOf(one: VmOptions, xml?: string): State {
  const definition = xml === undefined ? undefined : parseXml(xml);
  const found = {
    name: one.name,
    uuid: 'u',
    state: 'shut off',
    autostart: true,
    persistent: true,
    live: undefined,
  };
  const domain = definition && { ...found, definition, saved: false };
  const known = { kvm: false, machineId: 'm', domain };
  const options = domainOf(one);
  const draft = options.state === 'absent' ? undefined : draftOf(options, known);
  const unchanged = draft !== undefined && isUnchanged(draft);
  return {
    cpu: undefined,
    domain: {
      ...known,
      draft,
      unchanged,
      rehearsed: undefined,
      keptFiles: new Map(),
      otherThanFiles: new Map(),
    },
    disks: disksOf(one).map(() => NO_DISK),
    dataDisks: [],
    kernel: undefined,
    iso: undefined,
    seeds: seedsOf(one).map(() => NO_SEED),
    root: undefined,
    other: undefined,
    noted: undefined,
    directory: undefined,
    moving: undefined,
    isLeaving: false,
    known: new Map(),
    attachments: new Map(),
    stale: false,
  };
}

/** What is planned of a VM. @param xml of its domain */
export const plan = (given: Record<string, unknown> = {}, xml?: string) => {
  const one = vmOf(given);
  return { one, ...vm.plan(one, stateOf(one, xml)) };
};

/** The definition that a plan leads to. */
export const xmlOf = ({ changes }: ReturnType<typeof plan>) => {
  const step = changes.map((change) => change.step).find(({ part }) => part === 'domain');
  return step?.part === 'domain' && step.step.act === 'define' ? step.step.xml : '';
};
