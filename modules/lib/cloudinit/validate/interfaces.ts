import type { At } from './look.ts';
import type { Network } from './netmodel.ts';
import { error, type Problem } from './problem.ts';
import { repeated } from './repeated.ts';
import { didYouMean } from './unknown.ts';

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?:(?::[0-9a-f]{2}){14})?$/i;

/** The problems of a network-config's interfaces: unknown names, and names and addresses that are used twice. */
export function interfaces({ version, interfaces, users }: Network): Problem[] {
  const names = interfaces.map(({ name }) => name);
  const known = new Set(names);
  const unknown = ({ value, path }: At<string>, self?: string) => {
    if (known.has(value)) return [];
    const what =
      version === 2
        ? 'is not the key of an interface in this document'
        : 'is not the name of an interface in this document';
    const others = () => names.filter((name) => name !== self);
    return [{ ...error(path, what), hint: () => didYouMean(value, others()) }];
  };
  const members = interfaces.flatMap((device) => device.members);
  const macs = interfaces.flatMap(({ mac, members, link }) =>
    mac ? [{ ...mac, physical: members.length === 0 && !link }] : [],
  );
  return [
    ...twice(
      interfaces.map(({ name, path }) => ({ value: name, path })),
      'is the name of two interfaces',
    ),
    ...interfaces.flatMap(({ name, members, link }) =>
      [...members, ...(link ? [link] : [])].flatMap((at) => unknown(at, name)),
    ),
    ...users.flatMap((at) => unknown(at)),
    ...twice(members, 'is in two bonds or bridges, and can be in one only'),
    ...macs.flatMap(({ value, path }) =>
      MAC.test(value)
        ? []
        : [error(path, "is not a MAC address: write it as '52:54:00:12:34:56', with quotes")],
    ),
    ...twice(
      macs.filter(({ physical }) => physical).map((mac) => ({ ...mac, value: mac.value.toLowerCase() })),
      'is the MAC address of two interfaces',
    ),
  ];
}

const twice = (all: readonly At<string>[], text: string): Problem[] =>
  repeated(all, ({ value }) => value).map(({ path }) => error(path, text));
