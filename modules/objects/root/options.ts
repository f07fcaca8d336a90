import { defineOptions, type ValuesOf } from '../../lib/ansible/spec.ts';
import { seedOptions } from '../seed/options.ts';

const { state, user_data, meta_data, vendor_data, network_config, instance_id, validate } = seedOptions;

/** The options of a container's root. */
export const rootOptions = defineOptions({
  dest: {
    type: 'path',
    required: true,
    description: 'The directory of the root. The directory above it belongs to this container alone.',
  },
  state: {
    ...state,
    description:
      'Whether the root exists. V(absent) removes it with all that is in it, and follows no links and no mounts.',
  },
  template: {
    type: 'path',
    description:
      'The root template from which it is made, by the name that the module M(piecewise.cloud.image) gives it. A root that exists stays as it is when its template changes.',
  },
  hostname: {
    type: 'str',
    pattern: '[A-Za-z0-9]([A-Za-z0-9.-]{0,62}[A-Za-z0-9])?',
    hint: "made of letters, digits, '-' and '.'",
    description: 'The name of the container.',
  },
  interfaces: {
    type: 'list',
    default: [],
    description: 'The interfaces, for a root without cloud-init. They are configured when the root is made.',
    elements: {
      type: 'dict',
      options: {
        name: {
          type: 'str',
          required: true,
          pattern: '[A-Za-z0-9][A-Za-z0-9._-]{0,14}',
          hint: 'the name of an interface, such as eth0',
          description: 'Its name in the container.',
        },
        addresses: {
          type: 'list',
          elements: { type: 'str', pattern: '[0-9A-Fa-f.:]+/[0-9]{1,3}', hint: 'an address with its prefix' },
          default: [],
          description: 'Its addresses, with their prefixes.',
        },
        gateways: {
          type: 'list',
          elements: { type: 'str', pattern: '[0-9A-Fa-f.:]+', hint: 'an address' },
          default: [],
          description: 'The default gateways, at most one of each family.',
        },
        dns: {
          type: 'list',
          elements: { type: 'str', pattern: '[0-9A-Fa-f.:]+', hint: 'an address' },
          default: [],
          description: 'The name servers.',
        },
        mtu: { type: 'int', minimum: 68, maximum: 65535, description: 'Its MTU; 1500 by default.' },
        dhcp: { type: 'bool', default: false, description: 'Whether it asks for an IPv4 address.' },
        dhcp6: { type: 'bool', default: false, description: 'Whether it asks for an IPv6 address.' },
      },
    },
  },
  authorized_keys: {
    type: 'list',
    elements: { type: 'str' },
    default: [],
    description: 'The keys of root, for a root without cloud-init. They are written when the root is made.',
  },
  user_data,
  meta_data,
  vendor_data,
  network_config,
  instance_id,
  validate,
});

export type RootOptions = ValuesOf<typeof rootOptions>;
