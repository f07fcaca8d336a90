import {
  any,
  anyList,
  anyMapping,
  both,
  choice,
  each,
  either,
  filled,
  filledListOf,
  filledTexts,
  flag,
  is,
  keys,
  listOf,
  mapping,
  outdated,
  renamed,
  type Schema,
  text,
  textOrNull,
  texts,
} from './dsl.ts';

const caCerts = both(
  mapping({
    remove_defaults: flag,
    'remove-defaults': renamed(flag, 'remove_defaults'),
    trusted: filledTexts,
  }),
  filled,
);

const ntp = keys({
  enabled: flag,
  pools: texts,
  servers: texts,
  peers: texts,
  allow: texts,
  ntp_client: text,
  config: both(
    mapping({ confpath: text, check_exe: text, packages: texts, service_name: text, template: text }),
    filled,
  ),
});

const PROXIES =
  'http_proxy https_proxy global_apt_http_proxy global_apt_https_proxy ua_apt_http_proxy ua_apt_https_proxy';
const pro = mapping({
  enable: texts,
  enable_beta: texts,
  token: text,
  features: mapping({ disable_auto_attach: flag }),
  config: mapping(each(textOrNull, PROXIES), { open: true }),
});

const grub = mapping({
  enabled: flag,
  'grub-pc/install_devices': text,
  'grub-pc/install_devices_empty': either('true or false', ['boolean', 'string']),
  'grub-efi/install_devices': text,
});

const wireguard = keys(
  {
    interfaces: filledListOf(mapping({ name: text, config_path: text, content: text }), 'interfaces'),
    readinessprobe: texts,
  },
  { required: ['interfaces'] },
);

/** The host's name, time, language, certificates, logs, and other settings of the system. */
export const system: Record<string, Schema> = {
  hostname: text,
  fqdn: text,
  preserve_hostname: flag,
  prefer_fqdn_over_hostname: flag,
  create_hostname_file: flag,
  manage_etc_hosts: outdated(
    is("true, false, or 'localhost'", { enum: [true, false, 'localhost', 'template'] }),
    " as 'template': write true",
    { enum: ['template'] },
  ),
  manage_resolv_conf: flag,
  resolv_conf: mapping({
    nameservers: anyList,
    searchdomains: anyList,
    domain: text,
    sortlist: anyList,
    options: anyMapping,
  }),
  timezone: text,
  locale: either('a text, or false', ['string', 'boolean']),
  locale_configfile: text,
  keyboard: mapping({ layout: text, model: text, variant: text, options: text }, { required: ['layout'] }),
  ntp: either('a mapping, or null', ['object', 'null'], ntp),
  ca_certs: caCerts,
  'ca-certs': renamed(caCerts, 'ca_certs'),
  rsyslog: mapping({
    config_dir: text,
    config_filename: text,
    configs: listOf(
      either(
        "a text, or a mapping with 'content'",
        ['string', 'object'],
        keys({ filename: text, content: text }, { required: ['content'] }),
      ),
      'texts and mappings',
    ),
    remotes: anyMapping,
    service_reload_command: {
      ...is("'auto', or a list of texts", { anyOf: [{ enum: ['auto'] }, { type: 'array' }] }),
      items: text,
    },
    install_rsyslog: flag,
    check_exe: text,
    packages: texts,
  }),
  random_seed: mapping({
    file: text,
    data: text,
    encoding: choice('raw', 'base64', 'b64', 'gzip', 'gz'),
    command: texts,
    command_required: flag,
  }),
  grub_dpkg: grub,
  'grub-dpkg': renamed(anyMapping, 'grub_dpkg'),
  updates: mapping({
    network: mapping(
      { when: listOf(choice('boot-new-instance', 'boot-legacy', 'boot', 'hotplug'), 'texts') },
      { required: ['when'] },
    ),
  }),
  wireguard: either('a mapping, or null', ['object', 'null'], wireguard),
  fan: mapping({ config: text, config_path: text }, { required: ['config'] }),
  disable_ec2_metadata: flag,
  // cc_migrator was removed in 24.1.
  migrate: any,
  ubuntu_pro: pro,
  ubuntu_advantage: renamed(pro, 'ubuntu_pro'),
  landscape: mapping(
    {
      client: mapping(
        {
          url: text,
          ping_url: text,
          data_path: text,
          log_level: choice('debug', 'info', 'warning', 'error', 'critical'),
          computer_title: text,
          account_name: text,
          registration_key: text,
          tags: is("a text such as 'one,two'", {
            type: 'string',
            pattern: '^[-_0-9a-zA-Z]+(?:,[-_0-9a-zA-Z]+)*$',
          }),
          http_proxy: text,
          https_proxy: text,
        },
        { open: true, required: ['account_name', 'computer_title'] },
      ),
    },
    { required: ['client'] },
  ),
};
