import {
  anyMapping,
  atLeastZero,
  both,
  choice,
  each,
  filled,
  filledTexts,
  flag,
  is,
  listOf,
  mapping,
  number,
  type Schema,
  scalar,
  text,
  texts,
} from './dsl.ts';

const pull = mapping(
  {
    ...each(flag, 'accept_host_key clean full diff verify_commit'),
    ...each(
      text,
      'ssh_common_args scp_extra_args sftp_extra_args private_key checkout module_path timeout url connection ' +
        'vault_id vault_password_file inventory module_name sleep tags skip_tags playbook_name',
    ),
  },
  { required: ['url', 'playbook_name'] },
);

const runAnsible = mapping(
  {
    ...each(flag, 'list_hosts syntax_check check diff'),
    ...each(atLeastZero, 'timeout background poll forks'),
    ...each(
      text,
      'playbook_name playbook_dir become_password_file connection_password_file vault_id vault_password_file ' +
        'module_path args extra_vars inventory scp_extra_args sftp_extra_args private_key connection module_name ' +
        'sleep tags skip_tags',
    ),
  },
  { open: true },
);

const ansible = mapping({
  install_method: choice('distro', 'pip'),
  run_user: text,
  ansible_config: text,
  package_name: text,
  galaxy: mapping({ actions: listOf(texts, 'lists of texts') }, { required: ['actions'] }),
  setup_controller: mapping({
    repositories: listOf(mapping({ path: text, source: text }, { required: ['path', 'source'] }), 'mappings'),
    run_ansible: listOf(runAnsible, 'mappings'),
  }),
  pull,
});

const chef = both(
  mapping({
    ...each(flag, 'exec show_time force_install'),
    ...each(
      text,
      'config_path validation_cert validation_key firstboot_path client_key encrypted_data_bag_secret environment ' +
        'file_backup_path file_cache_path json_attribs log_level log_location node_name omnibus_url ' +
        'omnibus_version pid_file server_url ssl_verify_mode validation_name',
    ),
    directories: filledTexts,
    omnibus_url_retries: number,
    initial_attributes: anyMapping,
    install_type: choice('packages', 'gems', 'omnibus'),
    run_list: texts,
    chef_license: choice('accept', 'accept-silent', 'accept-no-persist'),
  }),
  filled,
);

const lxd = both(
  mapping({
    init: mapping({
      ...each(text, 'network_address storage_create_device storage_pool trust_password'),
      network_port: number,
      storage_backend: choice('zfs', 'dir', 'lvm', 'btrfs'),
      storage_create_loop: number,
    }),
    bridge: mapping(
      {
        ...each(text, 'name ipv4_address ipv4_dhcp_first ipv4_dhcp_last ipv6_address domain'),
        ...each(number, 'ipv4_netmask ipv4_dhcp_leases ipv6_netmask'),
        ...each(flag, 'ipv4_nat ipv6_nat'),
        mode: choice('none', 'existing', 'new'),
        mtu: is('a whole number, -1 or more', { type: 'integer', minimum: -1 }),
      },
      { required: ['mode'] },
    ),
    preseed: text,
  }),
  filled,
);

const puppet = mapping({
  ...each(flag, 'install cleanup exec start_service'),
  ...each(text, 'version collection aio_install_url conf_file ssl_dir csr_attributes_path package_name'),
  install_type: choice('packages', 'aio'),
  exec_args: texts,
  conf: mapping({ ...each(anyMapping, 'main server agent user'), ca_cert: text }),
  csr_attributes: mapping(each(anyMapping, 'custom_attributes extension_requests')),
});

/** Agents of configuration management: cc_ansible, cc_chef, cc_lxd, cc_mcollective, cc_puppet, cc_salt_minion. */
export const agents: Record<string, Schema> = {
  ansible,
  chef,
  lxd,
  mcollective: mapping({
    conf: mapping(each(text, 'public-cert private-cert'), {
      others: scalar,
    }),
  }),
  puppet,
  salt_minion: mapping({
    ...each(text, 'pkg_name service_name config_dir public_key private_key pki_dir'),
    ...each(anyMapping, 'conf grains'),
  }),
};
