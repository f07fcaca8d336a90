import type { Cloud } from './cloud.ts';
import { modelOf } from './model/make.ts';
import { type GuestModel, isStopped, type Model } from './model/model.ts';

// Mermaid's flowcharts (mermaid.js.org, "Flowcharts Syntax"). Ids are made up, and names stand in quotes, with all that isn't plain as
// entity codes, so that no name is syntax.

/** A text in quotes. */
const quoted = (text: string): string =>
  `"${text.replace(/[^\p{L}\p{N} .,:/_()+-]/gu, (sign) => `#${sign.codePointAt(0)};`)}"`;

/** The cloud as a Mermaid flowchart. */
export function mermaidOf(cloud: Cloud): string {
  const model = modelOf(cloud);
  const ids = new Map<string, string>();
  const idOf = (name: string): string => {
    const known = ids.get(name) ?? `n${ids.size}`;
    ids.set(name, known);
    return known;
  };
  const lines = ['flowchart TB', ...model.hosts.flatMap((host) => hostLines(model, host.name, idOf))];
  for (const overlay of model.overlays) {
    const id = idOf(overlay.id);
    lines.push(`  ${id}{{${quoted(overlay.name)}}}`);
    for (const { host, bridge } of overlay.ends)
      lines.push(`  ${idOf(`bridge:${host}/${bridge}`)} === ${id}`);
    for (const outside of overlay.outside) {
      lines.push(`  ${id} -.- ${idOf(`outside:${overlay.id}:${outside}`)}[${quoted(outside)}]`);
    }
  }
  return `${lines.join('\n')}
  classDef bridge fill:#3a4a5e,color:#ffffff,stroke:#3a4a5e
  classDef network fill:#eef3f9,color:#17202b,stroke:#b9c9dc
  classDef stopped fill:#f4f6f8,color:#526070,stroke:#c8d0d9
  classDef missing fill:#ffffff,color:#526070,stroke:#9aa7b5,stroke-dasharray:4 3
  classDef drift stroke:#b84a00,stroke-width:2px
`;
}

function hostLines(model: Model, name: string, idOf: (name: string) => string): string[] {
  const host = model.hosts.find((one) => one.name === name);
  if (!host) return [];
  const guest = (one: GuestModel): string[] => {
    const id = idOf(one.id);
    const label = [
      one.name,
      one.isContainer ? 'container' : '',
      ...one.addresses.slice(0, 1),
      isStopped(one) ? one.stateText : '',
    ].filter(Boolean);
    const vlansOn = (bridge: string) =>
      one.nics.flatMap((nic) => (nic.bridge === bridge && nic.vlan !== undefined ? nic.vlan : []));
    return [
      `    ${id}(${label
        .map((part) => quoted(part).slice(1, -1))
        .join('<br>')
        .replace(/^(.*)$/s, '"$1"')})`,
      ...(one.state === 'missing' || one.state === 'unknown' ? [`    class ${id} missing`] : []),
      ...(one.state === 'off' ? [`    class ${id} stopped`] : []),
      ...(one.drift.length > 0 ? [`    class ${id} drift`] : []),
      ...one.bridges.map((bridge) => {
        const vlans = vlansOn(bridge);
        const text = vlans.length > 0 ? `|${quoted(`VLAN ${vlans.join(' ')}`)}|` : '';
        return `    ${idOf(`bridge:${name}/${bridge}`)} ---${text} ${id}`;
      }),
    ];
  };
  return [
    `  subgraph ${idOf(host.id)}[${quoted(host.name)}]`,
    ...host.cloud.problems.map((problem) => `    ${idOf(`problem:${name}:${problem}`)}>${quoted(problem)}]`),
    ...host.bridges.flatMap((bridge) => {
      const id = idOf(bridge.id);
      return [
        `    ${id}[${quoted([bridge.name, ...bridge.addresses.slice(0, 1)].join(' '))}]`,
        `    class ${id} bridge`,
        ...bridge.uplinks.map((port) => `    ${idOf(port.id)}[/${quoted(port.name)}/] --- ${id}`),
        ...bridge.networks.flatMap(({ id: network, name: text, info }) => [
          `    ${idOf(network)}[${quoted([text, ...info.subnets.slice(0, 1), ...(info.vlan === undefined ? [] : [`VLAN ${info.vlan}`])].join(' '))}] --- ${id}`,
          `    class ${idOf(network)} network`,
        ]),
      ];
    }),
    ...host.links.map(
      ({ from, to }) => `    ${idOf(`bridge:${name}/${from}`)} -.- ${idOf(`bridge:${name}/${to}`)}`,
    ),
    ...[...host.bridges.flatMap(({ guests }) => guests), ...host.unconnected, ...host.missing].flatMap(guest),
    '  end',
  ];
}
