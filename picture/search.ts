import type { Item } from './model/model.ts';

/** All that a search finds an object by: names, addresses, MAC addresses. */
function textsOf(item: Item): string[] {
  switch (item.kind) {
    case 'host':
      return [item.name, item.cloud.address ?? '', item.cloud.info?.host.hostname ?? ''];
    case 'bridge':
      return [item.name, ...item.addresses];
    case 'network':
      return [
        item.name,
        ...item.info.subnets,
        ...item.info.gateways,
        ...item.info.leases.flatMap(({ address, mac, name = '' }) => [address, mac, name]),
      ];
    case 'port':
      return [item.name, item.info.mac ?? '', ...item.info.addresses, ...item.info.interfaces];
    case 'overlay':
      return [item.name, ...item.outside];
    case 'guest':
      return [
        item.name,
        ...item.addresses,
        ...item.nics.flatMap(({ mac, port = '' }) => [mac, port]),
        item.info?.uuid ?? '',
      ];
  }
}

/**
 * The ids of the objects in which each word of a query occurs, in any case: those first whose name is the query, then those whose name
 * begins with it, then the rest, each in the order of the picture.
 */
export function search(items: Iterable<Item>, query: string): string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const whole = words.join(' ');
  const rank = ({ name }: Item) =>
    name.toLowerCase() === whole ? 0 : name.toLowerCase().startsWith(whole) ? 1 : 2;
  return [...items]
    .filter((item) => {
      const texts = textsOf(item).join('\n').toLowerCase();
      return words.every((word) => texts.includes(word));
    })
    .map((item) => ({ id: item.id, rank: rank(item) }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ id }) => id);
}
