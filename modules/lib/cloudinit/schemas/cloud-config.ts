import { agents } from './agents.ts';
import { commands } from './commands.ts';
import { disks } from './disks.ts';
import {
  any,
  anyMapping,
  choice,
  count,
  either,
  filledList,
  keys,
  listOf,
  mapping,
  number,
  outdated,
  type Schema,
  text,
} from './dsl.ts';
import { files } from './files.ts';
import { packages } from './packages.ts';
import { reporting } from './reporting.ts';
import { ssh } from './ssh.ts';
import { system } from './system.ts';
import { users } from './users.ts';

const settings = listOf(
  choice(
    'allow_delete',
    'no_replace',
    'replace',
    'append',
    'prepend',
    'recurse_dict',
    'recurse_list',
    'recurse_array',
    'recurse_str',
  ),
  'texts',
);

const merge = either(
  'a text, or a list of mappings',
  ['string', 'array'],
  { items: mapping({ name: choice('list', 'dict', 'str'), settings }, { required: ['name', 'settings'] }) },
  filledList,
);

const log = either(
  'a text, a list of two texts, or a mapping',
  ['string', 'array', 'object'],
  count('must be two texts, for output and errors', 2),
  { items: text },
  keys({ output: text, error: text }),
);

// Which modules run. An item is a name, or a name and how often (cloudinit/config/modules.py).
const moduleList = listOf(either('a text, or a list of a name and how often', ['string', 'array']), 'names');

/** Keys of an image's /etc/cloud/cloud.cfg that user data may have too: cloudinit/settings.py, cloudinit/stages.py. */
const base: Record<string, Schema> = {
  cloud_init_modules: moduleList,
  cloud_config_modules: moduleList,
  cloud_final_modules: moduleList,
  'launch-index': number,
  merge_how: merge,
  merge_type: merge,
  output: mapping({ all: log, init: log, config: log, final: log }),
  reporting,
  system_info: outdated(anyMapping, " in user data: it belongs in the image's /etc/cloud/cloud.cfg"),
  ...Object.fromEntries(
    [
      'allow_userdata',
      'apt_preserve_sources_list',
      'cloud_dir',
      'datasource',
      'datasource_list',
      'datasource_pkg_list',
      'def_log_file',
      'disable_network_activation',
      'disabled_handlers',
      'log_cfgs',
      'manual_cache_clean',
      'network',
      'syslog_fix_perms',
      'unverified_modules',
      'vendor_data2',
      'warnings',
    ].map((key) => [key, any]),
  ),
};

/** The schema of a cloud-config, for cloud-init 22.4 to 25.1. */
export const schema = mapping(
  {
    ...users,
    ...ssh,
    ...files,
    ...disks,
    ...commands,
    ...packages,
    ...system,
    ...agents,
    ...base,
  },
  // At the top level an unknown key is a warning, from validate.ts.
  { open: true },
);
