// Documents, each on a line of its own: good ones and bad ones, for each key that cloud-init documents.

const KEY =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS ops@example.org';
const HASH = '$6$rounds=4096$salt$abcdefghijklmnopqrstuvwxyz';

export const CLOUD_CONFIGS = `
users: [default]
users: [default, {name: ops, sudo: 'ALL=(ALL) NOPASSWD:ALL', groups: [adm, sudo], shell: /bin/bash}]
users: [{name: ops, groups: 'adm, sudo', uid: 1500, system: false, gecos: Operations}]
users: [{name: ops, hashed_passwd: '${HASH}', lock_passwd: false}]
users: [{name: ops, ssh_authorized_keys: ['${KEY}']}]
users: [{name: ops, ssh_authorized_keys: '${KEY}'}]
users: [{name: ops, ssh_authorized_keys: []}]
users: [{name: ops, ssh_import_id: [gh:ops]}]
users: [{name: ops, ssh_import_id: gh:ops}]
users: [{name: ops, sudo: [ALL=(ALL) ALL]}]
users: [{name: ops, sudo: false}]
users: [{name: ops, sudo: true}]
users: [{name: ops, sudo: null}]
users: [{name: ops, sudo: 1}]
users: [{name: ops, uid: '1500'}]
users: [{name: ops, uid: many}]
users: [{name: ops, uid: 1.5}]
users: [{name: ops, expiredate: '2030-12-31'}]
users: [{name: ops, expiredate: 2030-12-31}]
users: [{name: ops, expiredate: '2030-13-31'}]
users: [{name: ops, inactive: '5'}]
users: [{name: ops, inactive: 5}]
users: [{name: ops, lock-passwd: true}]
users: [{name: ops, lock_passwd: 'true'}]
users: [{name: ops, no-create-home: true}]
users: [{name: ops, ssh-authorized-keys: ['${KEY}']}]
users: [{name: ops, doas: [permit nopass ops]}]
users: [{name: ops, groups: {adm: null}}]
users: [{name: ops, groups: {adm: [x]}}]
users: [{name: ops, groups: []}]
users: [{name: ops, groups: [1]}]
users: [{name: ops, homdir: /srv}]
users: [{name: ops, shell: 5}]
users: [{snapuser: ops@example.org}]
users: [{gecos: nobody}]
users: [{}]
users: ops
users: [ops, [one, two]]
users: [3]
users: {ops: {shell: /bin/sh}}
users: true
user: ops
user: {name: ops, shell: /bin/sh}
user: {shell: /bin/sh}
user: [ops]
groups: [ops, {adm: [root]}]
groups: ops
groups: {adm: [root], ops: root}
groups: [{adm: 1}]
groups: 3
groups: []
password: secret
password: 12345
chpasswd: {expire: false}
chpasswd: {expire: 'false'}
chpasswd: {expire: false, users: [{name: ops, password: '${HASH}'}]}
chpasswd: {users: [{name: ops, password: plain, type: text}]}
chpasswd: {users: [{name: ops, type: RANDOM}]}
chpasswd: {users: [{name: ops, type: RANDOM, password: x}]}
chpasswd: {users: [{name: ops}]}
chpasswd: {users: [{name: ops, type: text}]}
chpasswd: {users: [{password: '${HASH}'}]}
chpasswd: {users: [{name: ops, password: '${HASH}', type: sha}]}
chpasswd: {users: ops}
chpasswd: {users: []}
chpasswd: {list: ['ops:secret']}
chpasswd: {list: [ops]}
chpasswd: {list: "ops:secret\\nroot:R"}
chpasswd: {list: []}
chpasswd: {liste: []}
ssh_pwauth: true
ssh_pwauth: 'yes'
ssh_pwauth: yes
ssh_pwauth: 1
ssh_authorized_keys: ['${KEY}']
ssh_authorized_keys: '${KEY}'
ssh_authorized_keys: []
ssh_keys: {ed25519_private: key, ed25519_public: key, ed25519_certificate: key}
ssh_keys: {ed25519: key}
ssh_keys: {rsa_private: 3}
ssh_keys: {dsa_private: key}
ssh_deletekeys: true
ssh_deletekeys: 'yes'
ssh_genkeytypes: [ed25519]
ssh_genkeytypes: [dsa]
ssh_genkeytypes: [ed448]
ssh_genkeytypes: []
ssh_genkeytypes: ed25519
ssh_quiet_keygen: true
ssh_publish_hostkeys: {enabled: true, blacklist: [rsa]}
ssh_publish_hostkeys: true
ssh_import_id: [gh:ops]
ssh_import_id: gh:ops
disable_root: false
disable_root: 'false'
disable_root_opts: no-port-forwarding
allow_public_ssh_keys: false
no_ssh_fingerprints: true
authkey_hash: sha512
ssh: {emit_keys_to_console: false}
ssh: {}
ssh_key_console_blacklist: [ssh-rsa]
ssh_fp_console_blacklist: [ssh-rsa]
write_files: [{path: /etc/motd, content: hello, owner: 'root:root', permissions: '0644'}]
write_files: [{path: /etc/motd, permissions: 0644}]
write_files: [{path: /etc/motd, content: aGVsbG8=, encoding: b64, append: true, defer: true}]
write_files: [{path: /etc/motd, content: H4sIAAAAAAAAA8tIzcnJBwCGphA2BQAAAA==, encoding: gz+b64}]
write_files: [{path: /etc/motd, encoding: utf8}]
write_files: [{path: /etc/motd, content: 5}]
write_files: [{path: /etc/motd, contents: x}]
write_files: [{content: x}]
write_files: [{path: /etc/motd, append: 'yes'}]
write_files: [{path: /etc/motd, source: {uri: 'https://example.org/x', headers: {A: b}}}]
write_files: [{path: /etc/motd, source: {headers: {}}}]
write_files: []
write_files: {path: /etc/motd}
write_files: [/etc/motd]
write_files: [{path: etc/motd}]
write_files: [{path: /etc/motd, permissions: rw-r--r--}]
write_files: [{path: /etc/motd, content: '***', encoding: b64}]
runcmd: [echo one, [echo, two], null]
runcmd: [{echo: one}]
runcmd: [[sleep, 5]]
runcmd: [5]
runcmd: echo
runcmd: []
runcmd: null
runcmd: [[]]
bootcmd: [echo one, [echo, two]]
bootcmd: [null]
bootcmd: [{echo: one}]
bootcmd: []
packages: [vim, [curl, 7.88]]
packages: [vim, [curl, '7.88']]
packages: [[curl]]
packages: [[a, b, c]]
packages: [{apt: [vim, [curl, '7']], snap: [lxd]}]
packages: [{dnf: [vim]}]
packages: [{apt: [[vim]]}]
packages: vim
packages: []
packages: [3]
package_update: true
package_update: 'yes'
package_upgrade: yes
package_reboot_if_required: false
apt_update: true
apt_upgrade: true
apt_reboot_if_required: true
apt: {sources: {one: {source: 'deb http://example.org x main', keyid: ABCD, keyserver: hkp.example.org}}}
apt: {sources: {one: {}}}
apt: {sources: {one: {url: x}}}
apt: {primary: [{arches: [default], uri: 'http://example.org/debian'}]}
apt: {primary: [{uri: 'http://example.org/debian'}]}
apt: {primary: []}
apt: {security: [{arches: [amd64], search: ['http://example.org']}]}
apt: {preserve_sources_list: true, conf: 'APT {}', http_proxy: 'http://proxy:3128'}
apt: {debconf_selections: {one: 'a b c d'}}
apt: {debconf_selections: {}}
apt: {debconf_selections: {one: 5}}
apt: {disable_suites: [security]}
apt: {}
apt: {preserve_source_list: true}
apt_pipelining: os
apt_pipelining: none
apt_pipelining: 5
apt_pipelining: false
apt_pipelining: much
apk_repos: {alpine_repo: {version: 'v3.12', community_enabled: true}}
apk_repos: {alpine_repo: {community_enabled: true}}
apk_repos: {alpine_repo: null}
apk_repos: {}
yum_repos: {epel: {baseurl: 'https://example.org', enabled: true, gpgcheck: 1}}
yum_repos: {epel: {mirrorlist: 'https://example.org'}}
yum_repos: {epel: {name: EPEL}}
yum_repos: {epel: {baseurl: 'https://example.org', tags: [a]}}
yum_repos: {}
yum_repo_dir: /etc/yum.repos.d
zypper: {repos: [{id: one, baseurl: 'https://example.org'}], config: {a: b}}
zypper: {repos: [{id: one}]}
zypper: {repos: []}
zypper: {}
rh_subscription: {username: joe, password: x, auto-attach: true, add-pool: [a]}
rh_subscription: {org: 5}
rh_subscription: {org: five}
rh_subscription: {user: joe}
spacewalk: {server: a, activation_key: b}
spacewalk: {serve: a}
drivers: {nvidia: {license-accepted: true, version: '390'}}
drivers: {nvidia: {version: '390'}}
byobu_by_default: enable
byobu_by_default: on
autoinstall: {version: 1}
autoinstall: {}
disk_setup: {/dev/vdb: {table_type: gpt, layout: true, overwrite: false}}
disk_setup: {/dev/vdb: {layout: [50, [50, 82]]}}
disk_setup: {/dev/vdb: {layout: [[50]]}}
disk_setup: {/dev/vdb: {layout: remove}}
disk_setup: {/dev/vdb: {layout: auto}}
disk_setup: {/dev/vdb: {layout: [half]}}
disk_setup: {/dev/vdb: {table_type: msdos}}
disk_setup: {/dev/vdb: {table: gpt}}
disk_setup: [/dev/vdb]
disk_setup: {/dev/vdb: {layout: [[50, '82']]}}
fs_setup: [{label: data, filesystem: ext4, device: /dev/vdb, partition: auto, overwrite: false}]
fs_setup: [{label: data, filesystem: ext4, device: /dev/vdb, partition: 1}]
fs_setup: [{label: data, device: /dev/vdb, partition: first}]
fs_setup: [{label: data, device: /dev/vdb, cmd: mkfs}]
fs_setup: [{label: data, device: /dev/vdb, extra_opts: [-E]}]
fs_setup: [{label: 5}]
fs_setup: [{lable: data}]
fs_setup: {label: data}
device_aliases: {data: /dev/vdb}
device_aliases: {data: 5}
mounts: [[/dev/vdb, /mnt, auto, 'defaults,nofail', '0', '2']]
mounts: [[/dev/vdb, /mnt, auto, defaults, 0, 2]]
mounts: [[/dev/vdb]]
mounts: [[]]
mounts: []
mounts: [/dev/vdb]
mounts: [[a, b, c, d, e, f, g]]
mount_default_fields: [null, null, auto, 'defaults,nofail', '0', '2']
mount_default_fields: [null, null, auto]
swap: {filename: /swap, size: auto, maxsize: 2G}
swap: {size: 1073741824}
swap: {size: 1.5G}
swap: {size: big}
swap: {maxsize: 2 GB}
swap: {sizes: 1}
growpart: {mode: auto, devices: [/], ignore_growroot_disabled: false}
growpart: {mode: off}
growpart: {mode: 'off'}
growpart: {mode: on}
growpart: {mode: none}
growpart: {devices: /}
growpart: {device: [/]}
resize_rootfs: noblock
resize_rootfs: false
resize_rootfs: 'true'
power_state: {mode: reboot, delay: now, message: bye, timeout: 30, condition: true}
power_state: {mode: reboot, delay: 5}
power_state: {mode: reboot, delay: '+5'}
power_state: {mode: reboot, delay: -5}
power_state: {mode: reboot, delay: soon}
power_state: {mode: restart}
power_state: {delay: now}
power_state: {mode: halt, timeout: '30'}
power_state: {mode: halt, condition: [test, -e, /x]}
power_state: reboot
phone_home: {url: 'http://example.org/', post: all, tries: 5}
phone_home: {url: 'http://example.org/', post: [pub_key_rsa, hostname]}
phone_home: {url: 'http://example.org/', post: [pub_key_dsa]}
phone_home: {url: 'http://example.org/', post: [everything]}
phone_home: {post: all}
phone_home: {url: 'http://example.org/', tries: many}
final_message: up after $UPTIME
final_message: [up]
vendor_data: {enabled: true, prefix: [echo, 5]}
vendor_data: {enabled: 'yes'}
vendor_data: {enable: true}
snap: {commands: [install x, [snap, install, y]], assertions: [a]}
snap: {commands: {00: snap install x, '01': [snap, refresh]}}
snap: {commands: {'00': snap install x}}
snap: {commands: []}
snap: {commands: snap install x}
snap: {}
snap: {command: [x]}
ntp: {enabled: true, servers: [ntp.example.org], pools: [0.pool.ntp.org]}
ntp: null
ntp: {servers: ntp.example.org}
ntp: {ntp_client: chrony, config: {confpath: /etc/x, packages: [chrony]}}
ntp: {config: {}}
ntp: {peers: [a], allow: [192.0.2.0/24]}
ntp: {server: [a]}
ntp: true
timezone: Europe/Berlin
timezone: 2
locale: en_GB.UTF-8
locale: false
locale: [en]
locale_configfile: /etc/default/locale
keyboard: {layout: de, variant: nodeadkeys}
keyboard: {variant: nodeadkeys}
keyboard: de
hostname: web
hostname: 12
hostname: 0x12
fqdn: web.example.org
fqdn: yes
preserve_hostname: true
prefer_fqdn_over_hostname: true
create_hostname_file: true
manage_etc_hosts: true
manage_etc_hosts: localhost
manage_etc_hosts: template
manage_etc_hosts: remote
manage_resolv_conf: true
resolv_conf: {nameservers: [192.0.2.1], searchdomains: [example.org], domain: example.org, options: {rotate: true}}
resolv_conf: {nameservers: 192.0.2.1}
resolv_conf: {nameserver: [192.0.2.1]}
ca_certs: {trusted: [x], remove_defaults: true}
ca_certs: {}
ca_certs: {trusted: x}
ca_certs: {remove-defaults: true}
ca-certs: {trusted: [x]}
rsyslog: {configs: ['*.* @192.0.2.1', {content: x, filename: y}], remotes: {a: 192.0.2.1}}
rsyslog: {configs: [{filename: y}]}
rsyslog: {service_reload_command: auto}
rsyslog: {service_reload_command: [systemctl, reload, rsyslog]}
rsyslog: {service_reload_command: now}
rsyslog: {install_rsyslog: true, packages: [rsyslog]}
random_seed: {file: /dev/urandom, data: x, encoding: raw, command: [a], command_required: true}
random_seed: {encoding: hex}
grub_dpkg: {enabled: true, grub-pc/install_devices: /dev/vda, grub-pc/install_devices_empty: false}
grub_dpkg: {device: /dev/vda}
grub-dpkg: {enabled: true}
updates: {network: {when: [boot, hotplug]}}
updates: {network: {when: [always]}}
updates: {network: {}}
wireguard: {interfaces: [{name: wg0, config_path: /etc/wireguard/wg0.conf, content: x}], readinessprobe: [ping]}
wireguard: {interfaces: [{names: wg0}]}
wireguard: {readinessprobe: [ping]}
wireguard: null
fan: {config: x, config_path: /etc/x}
fan: {config_path: /etc/x}
disable_ec2_metadata: true
migrate: true
ubuntu_advantage: {token: x, enable: [esm]}
ubuntu_pro: {token: x}
ubuntu_pro: {tokens: x}
landscape: {client: {account_name: a, computer_title: b, tags: 'a,b'}}
landscape: {client: {account_name: a, computer_title: b, tags: 'a, b'}}
landscape: {client: {url: a}}
landscape: {}
ansible: {install_method: pip, package_name: ansible-core, pull: {url: a, playbook_name: b}}
ansible: {install_method: apt}
ansible: {pull: {url: a}}
ansible: {galaxy: {actions: [[ansible-galaxy, install, x]]}}
ansible: {galaxy: {actions: [x]}}
ansible: {setup_controller: {repositories: [{path: a, source: b}], run_ansible: [{playbook_name: x, forks: 2}]}}
ansible: {setup_controller: {repositories: [{path: a}]}}
chef: {install_type: packages, run_list: ['recipe[x]'], server_url: x, initial_attributes: {a: b}}
chef: {install_type: apt}
chef: {}
chef: {directories: []}
lxd: {init: {storage_backend: dir, network_port: 8443}, bridge: {mode: new, mtu: 1500}}
lxd: {bridge: {mtu: 1500}}
lxd: {init: {storage_backend: ceph}}
lxd: {preseed: x}
lxd: {}
mcollective: {conf: {public-cert: a, plugin: 5}}
mcollective: {conf: {plugin: [a]}}
puppet: {install: true, version: '7', install_type: aio, conf: {agent: {server: x}}, exec_args: [--test]}
puppet: {install_type: gem}
puppet: {conf: {agents: {}}}
salt_minion: {pkg_name: salt, conf: {master: x}, grains: {role: [web]}}
salt_minion: {pkgs: x}
cloud_init_modules: [runcmd]
cloud_final_modules: [[runcmd, always]]
cloud_config_modules: runcmd
merge_how: 'dict(recurse_array)+list(append)'
merge_how: [{name: list, settings: [append]}, {name: dict, settings: [recurse_list]}]
merge_how: [{name: list}]
merge_how: [{name: list, settings: [add]}]
merge_type: 'list(append)'
launch-index: 1
launch-index: one
output: {all: '| tee -a /var/log/x'}
output: {init: {output: '> /x', error: '&1'}, config: [a, b]}
output: {config: [a]}
output: {everything: x}
reporting: {hook: {type: webhook, endpoint: 'http://example.org'}}
reporting: {hook: {type: webhook}}
reporting: {log: {type: log, level: DEBUG}}
reporting: {log: {type: log, level: LOUD}}
reporting: {x: {type: print}}
reporting: {x: {type: print, level: DEBUG}}
reporting: {x: {type: mail}}
reporting: {x: {}}
system_info: {default_user: {name: ops}}
datasource: {NoCloud: {}}
datasource_list: [NoCloud]
manual_cache_clean: true
users: [{name: ops, sudo: [5]}]
users: [{name: ops, groups: 5}]
users: [{name: ops, no-log-init: true, no-user-group: true, create-groups: true, primary-group: x, selinux-user: x}]
users: [{name: ops, hashed-passwd: '${HASH}', plain-text-passwd: x, ssh-import-id: [gh:ops], ssh-redirect-user: false}]
groups: [5]
chpasswd: {list: 5}
disk_setup: {/dev/vdb: {layout: [[50, true]]}}
fs_setup: [{device: /dev/vdb, cmd: 5}]
snap: {assertions: a}
snap: {assertions: [5]}
power_state: {mode: halt, condition: 5}
phone_home: {url: 'http://example.org/', post: 5}
vendor_data: {prefix: 5}
vendor_data: {prefix: [true]}
rsyslog: {configs: x}
rsyslog: {configs: [5]}
wireguard: {interfaces: []}
landscape: {client: {account_name: a, computer_title: b, log_level: loud}}
ansible: {galaxy: {actions: x}}
ansible: {setup_controller: {run_ansible: [{forks: -1}]}}
chef: {chef_license: agreed}
chef: {initial_attributes: [a]}
lxd: {bridge: {mode: old}}
lxd: {bridge: {mode: new, mtu: -2}}
cloud_final_modules: [5]
merge_how: 5
merge_how: [{name: tuple, settings: [append]}]
merge_how: []
output: {all: 5}
runcmds: [echo]
hostnam: web
`
  .split('\n')
  .filter(Boolean);

export const NETWORK_CONFIGS = `
version: 2, ethernets: {eth0: {dhcp4: true}}
version: 2, ethernets: {eth0: {dhcp4: yes, dhcp6: false, optional: true, mtu: 1500}}
version: 2, ethernets: {eth0: {dhcp4: 'yes'}}
version: 2, ethernets: {eth0: {dhcp4: maybe}}
version: 2, ethernets: {eth0: {dhcp: true}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: default, via: 192.0.2.1}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], gateway4: 192.0.2.1, nameservers: {addresses: [192.0.2.1], search: [example.org]}}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/33]}}
version: 2, ethernets: {eth0: {addresses: [nowhere/24]}}
version: 2, ethernets: {eth0: {addresses: 192.0.2.10/24}}
version: 2, ethernets: {eth0: {addresses: ['2001:db8::1/64'], gateway6: '2001:db8::2'}}
version: 2, ethernets: {eth0: {addresses: ['2001:db8::1/129']}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24: {label: 'eth0:1', lifetime: 0}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], gateway4: gateway}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], gateway4: 198.51.100.1}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], gateway6: 192.0.2.1}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24, 192.0.2.10/24]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], nameservers: {addresses: [dns]}}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], nameservers: {servers: [192.0.2.1]}}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: 198.51.100.0/24, via: 192.0.2.1, metric: 100, table: 5, mtu: 1400}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{via: 192.0.2.1}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: 198.51.100.0/24, via: '2001:db8::1'}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: somewhere, via: 192.0.2.1}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: 198.51.100.0/24, via: 192.0.2.1, metrics: 1}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: 198.51.100.0/24, via: 192.0.2.1, metric: low}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/32], routes: [{to: 0.0.0.0/0, via: 198.51.100.1, on-link: true}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/32], routes: [{to: 0.0.0.0/0, via: 198.51.100.1}]}}
version: 2, ethernets: {eth0: {match: {macaddress: '52:54:00:12:34:56'}, set-name: lan0, dhcp4: true}}
version: 2, ethernets: {eth0: {match: {macaddress: '52-54-00-12-34-56'}, dhcp4: true}}
version: 2, ethernets: {eth0: {match: {name: 'en*', driver: virtio_net}, wakeonlan: true}}
version: 2, ethernets: {eth0: {match: {mac: '52:54:00:12:34:56'}}}
version: 2, ethernets: {eth0: {set-name: lan0, dhcp4: true}}
version: 2, ethernets: {eth0: {macaddress: '52:54:00:12:34:56'}}
version: 2, ethernets: {eth0: {macaddress: '52:54:00:12:34'}}
version: 2, ethernets: {eth0: {mtu: large}}
version: 2, ethernets: {eth0: {dhcp4: true, dhcp4-overrides: {use-dns: false, route-metric: 100, hostname: x}}}
version: 2, ethernets: {eth0: {dhcp4: true, dhcp4-overrides: {use-domains: route}}}
version: 2, ethernets: {eth0: {dhcp4: true, dhcp4-overrides: {use-domains: never}}}
version: 2, ethernets: {eth0: {dhcp4: true, dhcp4-overrides: {dns: false}}}
version: 2, ethernets: {eth0: {dhcp4: true, dhcp-identifier: mac, link-local: [ipv6], accept-ra: false, ipv6-privacy: true}}
version: 2, ethernets: {eth0: {dhcp-identifier: name}}
version: 2, ethernets: {eth0: {link-local: [ipv5]}}
version: 2, ethernets: {eth0: {critical: true, ignore-carrier: true, activation-mode: manual, optional-addresses: [dhcp4]}}
version: 2, ethernets: {eth0: {activation-mode: auto}}
version: 2, ethernets: {eth0: {routing-policy: [{from: 192.0.2.0/24, table: 5}]}}
version: 2, ethernets: {eth0: {routing-policy: [{table: 5}]}}
version: 2, ethernets: {eth0: {renderer: networkd}}
version: 2, ethernets: {eth0: {renderer: eni}}
version: 2, renderer: networkd, ethernets: {eth0: {dhcp4: true}}
version: 2, renderer: sysconfig, ethernets: {eth0: {dhcp4: true}}
version: 2, ethernets: {eth0: {}}
version: 2, ethernets: [eth0]
version: 2, ethernets: {eth0: dhcp4}
version: 2
version: 2, ethernet: {eth0: {dhcp4: true}}
version: 2, ethernets: {eth0: {}, eth1: {}}, bonds: {bond0: {interfaces: [eth0, eth1], parameters: {mode: 802.3ad, lacp-rate: fast, mii-monitor-interval: 100, transmit-hash-policy: layer3+4}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {mode: active-backup, primary: eth0, gratuitous-arp: 2, up-delay: 10, all-slaves-active: true}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {mode: best}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {miimon: 100}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth9]}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: eth0}}
version: 2, bonds: {bond0: {interfaces: [], addresses: [192.0.2.10/24]}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {lacp-rate: medium}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-interval: 100, arp-ip-targets: [192.0.2.1], arp-validate: all, arp-all-targets: any}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {fail-over-mac-policy: follow, ad-select: count, min-links: 1, primary-reselect-policy: better, learn-packet-interval: 5}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {ad-select: random}}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0], dhcp4: true, parameters: {stp: false, forward-delay: 4, priority: 5, ageing-time: 300, hello-time: 2, max-age: 20}}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0], parameters: {path-cost: {eth0: 50}, port-priority: {eth0: 14}}}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0], parameters: {path-cost: 50}}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0], parameters: {stp: maybe}}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0], parameters: {spanning: true}}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0, eth1]}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0]}, br1: {interfaces: [eth0]}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {id: 5, link: eth0, addresses: [192.0.2.10/24]}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {id: '5', link: eth0}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {id: 4095, link: eth0}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {link: eth0}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {id: 5}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {id: 5, link: eth1}}
version: 2, ethernets: {eth0: {}}, vlans: {vlan5: {id: five, link: eth0}}
version: 2, vrfs: {red: {table: 5}}
version: 2, vrfs: {red: {}}
version: 2, tunnels: {t0: {mode: gre, local: 192.0.2.1, remote: 192.0.2.2}}
version: 1, config: [{type: physical, name: eth0, mac_address: '52:54:00:12:34:56', mtu: 1500, subnets: [{type: dhcp}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: dhcp4}, {type: dhcp6}, {type: manual}, {type: ipv6_slaac}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: dhcp5}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, gateway: 192.0.2.1, dns_nameservers: [192.0.2.1], dns_search: [example.org]}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10, netmask: 255.255.255.0}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10, netmask: 255.0.255.0}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: nowhere}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/33}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static6, address: '2001:db8::1/64', gateway: '2001:db8::2'}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, gateway: 198.51.100.1}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, control: hotplug, dns_nameservers: 192.0.2.1}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, control: never}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, adress: 192.0.2.10/24}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{network: 198.51.100.0, netmask: 255.255.255.0, gateway: 192.0.2.1}]}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{destination: 198.51.100.0/24, gateway: 192.0.2.1, metric: 5}]}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{gateway: 192.0.2.1}]}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{network: 198.51.100.0/24}]}]}]
version: 1, config: [{type: physical, name: eth0, subnets: {type: dhcp}}]
version: 1, config: [{type: physical, name: eth0, subnets: [{address: 192.0.2.10/24}]}]
version: 1, config: [{type: physical}]
version: 1, config: [{type: physical, name: averyveryverylongname}]
version: 1, config: [{type: physical, name: eth0, mtu: large}]
version: 1, config: [{type: physical, name: eth0, accept-ra: true}]
version: 1, config: [{type: physical, name: eth0, mac: '52:54:00:12:34:56'}]
version: 1, config: [{type: phys, name: eth0}]
version: 1, config: [{name: eth0}]
version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond-mode: active-backup, bond-miimon: 100}}]
version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond-mode: best}}]
version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond-lacp-rate: fast}}]
version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0], params: {bond_mode: active-backup}}]
version: 1, config: [{type: physical, name: eth0}, {type: bond, name: bond0, bond_interfaces: [eth0]}]
version: 1, config: [{type: bond, name: bond0, bond_interfaces: [eth0], params: {}}]
version: 1, config: [{type: physical, name: eth0}, {type: bridge, name: br0, bridge_interfaces: [eth0], params: {bridge_stp: 'off', bridge_fd: 0}}]
version: 1, config: [{type: physical, name: eth0}, {type: bridge, name: br0, bridge_interfaces: [eth0], params: {bridge_stp: off}}]
version: 1, config: [{type: physical, name: eth0}, {type: bridge, name: br0, bridge_interfaces: [eth0], params: {bridge_stp: maybe}}]
version: 1, config: [{type: physical, name: eth0}, {type: bridge, name: br0, bridge_interfaces: [eth0]}]
version: 1, config: [{type: bridge, name: br0, params: {}}]
version: 1, config: [{type: physical, name: eth0}, {type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: 5}]
version: 1, config: [{type: physical, name: eth0}, {type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: '5'}]
version: 1, config: [{type: physical, name: eth0}, {type: vlan, name: eth0.5, vlan_link: eth0}]
version: 1, config: [{type: physical, name: eth0}, {type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: 5000}]
version: 1, config: [{type: vlan, name: eth0.5, vlan_link: eth0, vlan_id: 5}]
version: 1, config: [{type: nameserver, address: [192.0.2.1], search: [example.org]}]
version: 1, config: [{type: nameserver, address: 192.0.2.1}]
version: 1, config: [{type: nameserver, address: dns}]
version: 1, config: [{type: nameserver}]
version: 1, config: [{type: nameserver, address: 192.0.2.1, interface: eth9}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: dhcp}]}, {type: route, destination: 198.51.100.0/24, gateway: 192.0.2.1, metric: 3}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: dhcp}]}, {type: route, network: 198.51.100.0/24, gateway: 192.0.2.1}]
version: 1, config: [{type: route, destination: nowhere, gateway: 192.0.2.1}]
version: 1, config: [{type: route, destination: 198.51.100.0/24}]
version: 1, config: [{type: loopback, name: lo, subnets: [{type: static, address: 192.0.2.10/32}]}]
version: 1, config: [{type: infiniband, name: ib0}]
version: 2, ethernets: {eth0: {addresses: [5]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24: {lifetime: 5}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: default}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: 198.51.100.0/24, via: 192.0.2.1, type: fast}]}}
version: 2, ethernets: {eth0: {addresses: [192.0.2.10/24], routes: [{to: 198.51.100.0/24, via: 192.0.2.1, scope: wide}]}}
version: 2, ethernets: {eth0: {routing-policy: [{from: somewhere}]}}
version: 2, ethernets: {eth0: {optional-addresses: [dhcp]}}
version: 2, ethernets: {eth0: {ipv6-address-generation: random}}
version: 2, ethernets: {eth0: {infiniband-mode: fast}}
version: 2, ethernets: {eth0: {match: {name: ''}}}
version: 2, ethernets: {eth0: {embedded-switch-mode: fast}}
version: 2, ethernets: {eth0: {match: {name: [a]}, set-name: 'x'}}
version: 2, ethernets: {eth0: {}}, bridges: {br0: {interfaces: [eth0], parameters: {forward-delay: [5]}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {transmit-hash-policy: layer7}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-ip-targets: 192.0.2.1}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-ip-targets: [nowhere]}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-validate: some}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {arp-all-targets: some}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {fail-over-mac-policy: some}}}
version: 2, ethernets: {eth0: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {primary-reselect-policy: some}}}
version: 2, ethernets: {eth0: {}, eth1: {}}, bonds: {bond0: {interfaces: [eth0], parameters: {primary: eth1}}}
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, dns_search: 5}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: default}]}]
version: 1, config: [{type: physical, name: eth0, subnets: [{type: static, address: 192.0.2.10/24, routes: [{type: way, network: 198.51.100.0/24, gateway: 192.0.2.1}]}]}]
version: 1, config: [{type: nameserver, address: 5}]
version: 1, config: []
version: 1, config: {}
version: 1
`
  .split('\n')
  .filter(Boolean)
  .map((line) => `{${line}}`);
