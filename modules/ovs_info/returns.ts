import type { Option, OptionSpecs, ReturnField } from '../lib/ansible/spec.ts';
import { bridgeColumnOptions, portColumnOptions } from '../objects/topology/columns.ts';

type Fields = Readonly<Record<string, ReturnField>>;

// Other programs keep their data there.
const { interface_external_ids: _others, ...described } = portColumnOptions;

const text = (description: string, returned = 'always') => ({ description, returned, type: 'str' }) as const;
const number = (description: string, returned: string) => ({ description, returned, type: 'int' }) as const;
const IDS = {
  type: 'dict',
  returned: 'when there are any',
  values: text('The value.'),
  sample: { 'iface-id': 'web1' },
} as const;

// What follows in a description is about setting the option. What it refers to as an option is a column here.
const firstSentence = ({ description }: Option) =>
  `${[description].flat()[0]?.split(/\.(?:\s|$)/)[0] ?? ''}.`.replace(/\bO\(/g, 'C(');

/** The columns of a row, as the options that set them. */
const columns = (options: OptionSpecs): Fields =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]): [string, ReturnField] => [
      name,
      { description: firstSentence(option), returned: 'unless at its default', ...kindOf(option) },
    ]),
  );

function kindOf(option: Option): Pick<ReturnField, 'type' | 'elements' | 'values' | 'sample'> {
  const { type } = option;
  if (type === 'str' || type === 'int' || type === 'bool') return { type };
  if (type === 'dict') return { type, values: text('The value.'), sample: { key: 'value' } };
  const elements = option.type === 'list' ? option.elements.type : undefined;
  if (elements !== 'str' && elements !== 'int') throw new Error(`no column has the type ${type}`);
  return { type: 'list', elements };
}

const bridge: Fields = {
  name: text('The name of the bridge.'),
  parent: text('The parent of a fake bridge.', 'for a fake bridge'),
  vlan: number('The VLAN of a fake bridge.', 'for a fake bridge'),
  controller: {
    description: 'The OpenFlow controllers.',
    returned: 'when there are any',
    type: 'list',
    elements: 'str',
  },
  ...columns(bridgeColumnOptions),
};

const port: Fields = {
  bridge: text('The bridge that the port is on; the parent of a fake bridge.'),
  port: text('The name of the port.'),
  interfaces: {
    description: 'The interfaces of a bond.',
    returned: 'for a bond',
    type: 'list',
    elements: 'str',
  },
  ...columns(described),
  type: text("The type of the port's interface.", 'unless the port is a bond or a bridge'),
};

const iface: Fields = {
  name: text('The name of the interface.'),
  port: text('The port that it belongs to.'),
  type: text('The type of the interface.'),
  ofport: number('Its OpenFlow number.', 'when known'),
  link_state: text('The state of its link, V(up) or V(down).', 'when known'),
  mtu: number('The MTU that it has.', 'when known'),
  mac_in_use: text('The MAC address that it has.', 'when known'),
  error: text('Why it does not work.', 'when it does not work'),
  external_ids: { description: 'Its external_ids.', ...IDS },
};

/** What `ovs_info` returns. */
export const RETURNS: Fields = {
  version: {
    description: "Open vSwitch's release.",
    returned: 'when vswitchd has reported it',
    type: 'str',
    sample: '3.1.0',
  },
  interface_types: {
    description: 'The types of interface that it supports.',
    returned: 'always',
    type: 'list',
    elements: 'str',
    sample: ['geneve', 'internal', 'system', 'vxlan'],
  },
  bridges: {
    description: 'The bridges, fake bridges last.',
    returned: 'always',
    type: 'list',
    elements: 'dict',
    contains: bridge,
    sample: [{ name: 'ovs-wan1', fail_mode: 'standalone' }],
  },
  ports: {
    description:
      "The ports. A bridge's own port is among them only if it has options such as a VLAN. A C(psk) is masked.",
    returned: 'always',
    type: 'list',
    elements: 'dict',
    contains: port,
    sample: [{ bridge: 'ovs-wan1', port: 'itc-wan1', type: 'internal', tag: 25 }],
  },
  interfaces: {
    description: 'The state of each interface.',
    returned: 'always',
    type: 'list',
    elements: 'dict',
    contains: iface,
    sample: [{ name: 'itc-wan1', port: 'itc-wan1', ofport: 1, link_state: 'up', mtu: 1500 }],
  },
  pending: {
    description: 'Whether vswitchd has not yet carried out all changes.',
    returned: 'always',
    type: 'bool',
    sample: false,
  },
};
