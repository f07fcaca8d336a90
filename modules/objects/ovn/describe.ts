import { subjectOf } from '../../lib/ovn/desired.ts';
import type { Touch } from '../../lib/ovn/plan/touch.ts';

// What a transaction does, in the words of the variables: one change for each network, uplink, group and interface.

/** A change for people. */
export interface Described {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}

type Values = Readonly<Record<string, unknown>>;

const KINDS = ['uplink', 'network', 'group', 'port', 'leg'];

const text = (value: unknown) => (typeof value === 'string' ? value : '?');

function nameOf(subject: string, declared: Values | undefined): string {
  const [kind, name = '', host = ''] = subject.split('/');
  switch (kind) {
    case 'group':
      return `security group ${name}`;
    case 'port':
      return declared
        ? `interface of ${text(declared.guest)} in ${text(declared.network)}`
        : `interface ${name}`;
    case 'leg':
      return `interface of ${host} in ${name}`;
    default:
      return `${kind} ${name}`;
  }
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** The keys of which the values differ. */
function differing(before: Values, after: Values): [Values, Values] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !same(before[key], after[key]),
  );
  const pick = (values: Values) =>
    Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
  return [pick(before), pick(after)];
}

/** What becomes of the parts of a thing of which the variables say the same: rows that others changed, and names of guests. */
function partsOf(touches: readonly Touch[]): [Values, Values] {
  const before: Record<string, Values> = {};
  const after: Record<string, Values> = {};
  for (const { part, kind, ...touch } of touches) {
    const [former, is] = differing(touch.before, touch.after);
    if (kind !== 'add') before[part] = { ...before[part], ...former };
    if (kind !== 'remove') after[part] = { ...after[part], ...is };
  }
  return [before, after];
}

function describeOne(subject: string, touches: readonly Touch[]): Described {
  const head = touches.find(({ declared }) => declared !== undefined);
  const { before, after } = head?.declared ?? {};
  const name = nameOf(subject, after ?? before);
  if (head?.kind === 'add') return { title: `add ${name}`, before: undefined, after };
  if (head?.kind === 'remove') return { title: `remove ${name}`, before, after: undefined };
  const [former, is] = differing(before ?? {}, after ?? {});
  const isSaid = head && Object.keys({ ...former, ...is }).length > 0;
  const [others, parts] = isSaid ? [former, is] : partsOf(touches);
  return { title: `change ${name}`, before: others, after: parts };
}

/** The changes of a transaction, one for each thing. */
export function describe(touches: readonly Touch[]): Described[] {
  const bySubject = new Map<string, Touch[]>();
  for (const touch of touches) {
    const list = bySubject.get(touch.subject);
    if (list) list.push(touch);
    else bySubject.set(touch.subject, [touch]);
  }
  const order = (subject: string) => KINDS.indexOf(subjectOf(subject).split('/')[0] ?? '');
  return [...bySubject]
    .sort(([a], [b]) => order(a) - order(b))
    .map(([subject, list]) => describeOne(subject, list));
}
