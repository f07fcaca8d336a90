# GNU General Public License v3.0 or later (see LICENSE)
"""Guests that the variables of hypervisors declare, as hosts."""

import hashlib
import os
import re
import shlex

from ansible import constants as C
from ansible.errors import AnsibleParserError
from ansible.inventory.helpers import get_group_vars, sort_groups
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.vars import combine_vars
from ansible.vars.plugins import get_vars_from_inventory_sources

from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import (
    TEMPLATE,
    DeclarationError,
    Variables,
    declared_guests,
    declared_vars,
    with_found_addresses,
)
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import checked_answer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_guests import Asked, ask
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import InvalidValue, Reach, plain

DOCUMENTATION = """
name: guests
short_description: Guests that the variables of hypervisors declare, as hosts
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Adds each guest of C(vms), or of C(vm_list) and C(vm_list_extra), and those of C(vm_groups), C(vm_groups_extra) and
    C(vm_descriptions) to the inventory. It connects to no host, unless C(live) is set.
  - Its file is C(NAME.yml) or C(NAME.yaml), in the directory of the inventory whose hypervisors it is for. It must sort after the
    files of the hypervisors, since Ansible reads the files in order. C(zz_guests.yml) does.
  - Each guest is in the group C(guests), in C(hypervisor_NAME), and in C(network_NAME) for each of its C(networks). Other characters
    than letters, digits and C(_) are C(_) in the names of groups.
  - A guest with a C(group) is in the group of that name. With a C(type), it is in C(GROUP_TYPE), which is a child of that. The C(vars)
    of an entry of C(vm_groups) are variables of the group.
  - C(ansible_host) is the first address that is declared for the guest, an IPv4 address if it has one. Addresses of C(networks) come
    before those of C(interfaces). Without one, the name of the guest has to resolve where the connection starts.
  - C(ansible_user) is the first of the C(users) of the guest who has a key in C(ssh_authorized_keys) or C(ssh_import_id), else the
    first with a name. It is not set for a guest with the default user of its image only.
  - The variables C(guest_hypervisor), C(guest_networks), C(guest_addresses), C(guest_state), C(guest_jump), C(guest_group),
    C(guest_type) and C(guest_kind) are for C(keyed_groups), C(groups) and C(compose). The state is the declared one. The kind is C(vm) or
    C(container).
  - Two guests of one name, a guest with the name of a host or group, and an entry that can't be evaluated are errors that name them.
    There are no guests in the inventory then. Ansible makes a warning of such an error, unless C(any_unparsed_is_failed) is set in
    C(ansible.cfg).
  - A guest whose C(state) is C(absent) is not added.
  - The addresses that C(live) finds are cached if C(cache) is set. What variables declare is read each time.
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [piecewise.cloud.guests]
  hypervisors:
    description: The group of the hypervisors.
    type: str
    default: kvm
  jump:
    description:
      - Whether guests are reached through their hypervisor, by OpenSSH's C(ProxyJump). If the hypervisor has a private key or arguments of
        SSH in its variables, it is a C(ProxyCommand) with these.
      - C(auto) goes through the hypervisor to an address in one of the C(networks) of the guest, since nothing else has a way to it. To an
        address of C(interfaces) it does so too, unless that is public or in the same subnet as the C(ansible_host) of the hypervisor.
      - A guest without an address is reached through its hypervisor if it has C(networks).
      - A hypervisor with C(ansible_connection=local) is the controller itself, and no jump is needed.
      - With a jump, C(ansible_ssh_common_args) has what the groups of the guest have in it too. The host key of the guest is kept under its
        name, and its C(ansible_control_path) is different from that of all others, since guests of two hypervisors may have one address.
    type: str
    choices: [auto, always, never]
    default: auto
  live:
    description:
      - Whether the hypervisors are asked for the addresses of guests that have none in the variables, such as those by DHCP. A guest whose
        state is C(stopped) is not asked for.
      - They are the addresses that M(piecewise.cloud.vm_info) finds, IPv4 first. It runs on these hypervisors only, with their variables of
        the inventory whose names begin with C(ansible_). A user other than root needs C(ansible_become=true) there. No
        password can be asked for.
      - As many hypervisors are asked at a time as C(forks) of C(ansible.cfg) says. One that doesn't answer is a warning, and its guests are
        as they are without this option.
      - Guests with C(networks) are reached through their hypervisor at these addresses. The others are too, unless the address is public.
    type: bool
    default: false
  live_timeout:
    description: Seconds that each hypervisor has to answer.
    type: int
    default: 30
extends_documentation_fragment:
  - constructed
  - inventory_cache
notes:
  - The variables of hypervisors are those of the inventory, and of C(host_vars) and C(group_vars) beside it. Those beside a playbook,
    variables of plays, defaults of roles, facts and C(hostvars) are unknown here, as variables of the command
    line (C(-e)) are without C(use_extra_vars).
  - Only the keys that this plugin needs are evaluated. Others may use variables that are unknown here. A list or an entry that is a
    template as a whole is evaluated as a whole.
  - What C(live) finds may be what a guest says of itself. The host key is what tells that it is the guest.
  - C(hosts=all) means the guests too. Let plays for hypervisors name their group.
seealso:
  - module: piecewise.cloud.vm
  - module: piecewise.cloud.vm_info
  - module: piecewise.cloud.ssh_config
"""

EXAMPLES = """
# inventory/zz_guests.yml, beside inventory/hosts.yml and inventory/host_vars/
plugin: piecewise.cloud.guests

# Addresses by DHCP, asked for once an hour
---
plugin: piecewise.cloud.guests
live: true
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.ansible/guests
cache_timeout: 3600

# Groups by the declared state, and another user
---
plugin: piecewise.cloud.guests
jump: always
keyed_groups:
  - key: guest_state
    prefix: state
groups:
  web: inventory_hostname is match('web')
compose:
  ansible_user: "'ansible'"
"""

try:
    from ansible.template import trust_as_template
except ImportError:
    trust_as_template = str

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "piecewise.cloud.guests"

    _directories = ()
    # The hosts of each group, before there are guests.
    _groups = {}
    # The variables of groups, by their names.
    _of_groups = {}

    def verify_file(self, path):
        return super().verify_file(path) and path.endswith((".yml", ".yaml"))

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        # Ansible reads host_vars and group_vars in the directories of the sources, each once.
        # A list of hosts (`-i hv1,`) is in none, and Ansible adds a None for some.
        files = [source for source in [*inventory.processed_sources, path] if source and os.path.exists(source)]
        self._directories = list(dict.fromkeys(map(os.path.dirname, files)))
        self._of_groups = {}
        self._groups = dict(inventory.get_groups_dict(), all=list(inventory.hosts))
        try:
            declared = [self._declared_by(host) for host in self._hypervisors()]
            self._check_names([guest for variables, guests in declared for guest in guests])
            values = self._group_values([variables for variables, guests in declared])
            if self.get_option("live"):
                declared = self._with_live_addresses(declared, path, cache)
            self._set_group_values(values)
            self._add_all([pair for variables, guests in declared for pair in self._reached(variables, guests)])
        except (DeclarationError, InvalidValue) as reason:
            raise AnsibleParserError(str(reason)) from reason

    def _hypervisors(self):
        name = self.get_option("hypervisors")
        if name not in self.inventory.groups:
            raise DeclarationError(
                "no group '%s' in what was read before this file: name the group of the hypervisors in 'hypervisors', and the file so "
                "that it sorts after theirs, such as zz_guests.yml" % name
            )
        return self.inventory.groups[name].get_hosts()

    def _declared_by(self, host):
        """The variables of a hypervisor, and the guests that they declare."""
        variables = self._variables_of(host, self._host_variables(host))
        return variables, declared_guests(variables)

    def _with_live_addresses(self, declared, path, cache):
        """The same, with the addresses that the hypervisors find for guests that have none."""
        answers, asked = {}, []
        for variables, guests in declared:
            names = [guest.name for guest in guests if not guest.addresses and guest.state != "stopped"]
            answer = self._cached(variables.host, names, path) if cache else None
            if answer is not None:
                answers[variables.host] = answer
            elif names:
                asked += self._asked(variables, names)
        if asked:
            found, reasons = ask(asked, self.get_option("live_timeout"))
            answers.update(found)
            for name, reason in reasons.items():
                self._warn(name, reason)
            if self.get_option("cache"):
                for name, answer in found.items():
                    self._cache[self._cache_key(path, name)] = answer
        return [(variables, with_found_addresses(guests, answers.get(variables.host, {}))) for variables, guests in declared]

    def _asked(self, variables, names):
        """How a hypervisor is asked, in a list; it is empty where that can't be."""
        try:
            return [Asked(variables.host, variables.of_connection(), names)]
        except DeclarationError as reason:
            self._warn(variables.host, reason)
            return []

    def _warn(self, name, reason):
        self.display.warning("%s can't be asked for the addresses of its guests: %s" % (name, reason))

    def _cache_key(self, path, host):
        # One for each, so that an answer isn't kept longer because another hypervisor was asked again.
        return "%s_%s" % (self.get_cache_key(path), hashlib.sha256(host.encode()).hexdigest()[:16])

    def _cached(self, host, names, path):
        """The former answer of a hypervisor; None if there is none, or it wasn't asked for all of these guests."""
        answer = self._cache.get(self._cache_key(path, host)) if self.get_option("cache") else None
        return checked_answer(answer, names)

    def _reached(self, variables, guests):
        """The guests of a hypervisor, each with how the hypervisor is reached; None where that is not needed."""
        if not guests or self.get_option("jump") == "never" or variables.get("ansible_connection") == "local":
            return [(guest, None) for guest in guests]
        reach = self._reach(variables)
        return [(guest, reach if self._is_behind(guest, reach) else None) for guest in guests]

    def _is_behind(self, guest, reach):
        if self.get_option("jump") == "always":
            return True
        if not guest.addresses:
            return bool(guest.networks)
        first = guest.addresses[0]
        return first.is_behind or not (first.ip.is_global or (reach.address is not None and reach.address in first.network))

    @staticmethod
    def _reach(variables):
        try:
            return Reach(variables.host, variables.get)
        except InvalidValue as reason:
            raise DeclarationError("%s: %s" % (variables.host, reason)) from reason

    def _check_names(self, guests):
        found, checked = {}, set()
        groups = {*self.inventory.groups, *(group for guest in guests for group in _groups_of(guest))}
        for guest in guests:
            for name in _service_groups_of(guest):
                if name not in checked:
                    self._check_group(name, guest.origin)
                    checked.add(name)
            host = self.inventory.hosts.get(guest.name)
            if host is not None:
                source = host.vars.get("inventory_file")
                raise DeclarationError("%s has the name of a host of the inventory%s" % (guest.origin, " (%s)" % source if source else ""))
            if guest.name in C.LOCALHOST:
                raise DeclarationError("%s has the name of the controller" % guest.origin)
            if guest.name in groups:
                # Ansible would give the guest's variables to the group.
                raise DeclarationError("%s has the name of a group of the inventory" % guest.origin)
            if guest.name in found:
                raise DeclarationError(
                    "two guests have the name '%s': %s, and %s. An entry in the variables of a group needs 'host'%s"
                    % (
                        guest.name,
                        found[guest.name].origin,
                        guest.origin,
                        ", or '{{ inventory_hostname }}' in its 'prefix'" if guest.group else "",
                    )
                )
            found[guest.name] = guest

    def _check_group(self, name, origin):
        hosts = {host.name for host in self._hypervisors()}
        if name in ("all", "ungrouped") or hosts.intersection(self._groups.get(name, [])):
            raise DeclarationError("%s is in the group '%s', which has the hypervisors: choose another name" % (origin, name))

    def _group_values(self, hypervisors):
        """The variables of groups of guests, which all hypervisors must declare alike."""
        found = {}
        for origin, group, values in [one for variables in hypervisors for one in declared_vars(variables)]:
            name = _group_name(group)
            if values:
                self._check_group(name, origin)
            for key, value in values.items():
                if not isinstance(key, str) or not VARIABLE.fullmatch(key):
                    raise DeclarationError("%s: the group '%s' has a variable whose name is not valid" % (origin, group))
                other, known = found.setdefault(name, {}).setdefault(key, (origin, value))
                if known != value:
                    raise DeclarationError("%s: the variable '%s' of the group '%s' differs from that of %s" % (origin, key, group, other))
        return {name: {key: value for key, (origin, value) in values.items()} for name, values in found.items()}

    def _set_group_values(self, found):
        for name, values in found.items():
            group = self.inventory.add_group(name)
            for key, value in values.items():
                self.inventory.set_variable(group, key, _marked(value))

    def _add_all(self, guests):
        added = []
        self.inventory.add_group("guests")
        try:
            for guest, reach in guests:
                added.append(self.inventory.add_host(guest.name))
                self._add(guest, reach)
            for name in added:
                self._construct(name)
        except Exception:
            # Some guests without the others would be a wrong inventory.
            for name in added:
                self.inventory.remove_host(self.inventory.hosts[name])
            raise

    def _add(self, guest, reach):
        for group in _plain_groups_of(guest):
            self.inventory.add_child(self.inventory.add_group(group), guest.name)
        names = [self.inventory.add_group(name) for name in _service_groups_of(guest)]
        for name, member in zip(names, [*names[1:], guest.name]):
            self.inventory.add_child(name, member)
        address = str(guest.addresses[0].ip) if guest.addresses else None
        found = {
            "ansible_host": address,
            "ansible_user": guest.user,
            "guest_hypervisor": guest.hypervisor,
            "guest_networks": guest.networks,
            "guest_addresses": [str(one.ip) for one in guest.addresses],
            "guest_state": guest.state,
            "guest_jump": reach is not None,
            "guest_group": guest.group,
            "guest_type": guest.type,
            "guest_kind": guest.kind,
        }
        if reach is not None:
            found.update(self._jump(guest, address, reach))
        for name, value in found.items():
            if value is not None:
                self.inventory.set_variable(guest.name, name, _marked(value))

    def _jump(self, guest, address, reach):
        option = reach.jump()
        arguments = " ".join("-o %s" % shlex.quote(one) for one in (option, "HostKeyAlias=%s" % guest.name))
        host = self.inventory.hosts[guest.name]
        groups = self._variables_of(host, self._group_variables(host)).get("ansible_ssh_common_args")
        # Ansible's default depends on address, port and user alone.
        digest = hashlib.sha256(("%s %s %s" % (option, guest.name, address)).encode()).hexdigest()[:10]
        return {
            "ansible_ssh_common_args": "%s %s" % (arguments, groups) if groups else arguments,
            "ansible_control_path": "%%(directory)s/%s-%%%%p-%%%%r" % digest,
        }

    def _construct(self, name):
        """The variables and groups that the options make of those of the guest."""
        options = [self.get_option(option) for option in ("compose", "groups", "keyed_groups")]
        if not any(options):
            return
        compose, groups, keyed_groups = options
        strict = self.get_option("strict")
        host = self.inventory.hosts[name]
        variables = self._host_variables(host)
        self._set_composite_vars(compose, variables, name, strict=strict)
        for key in compose:
            if key in host.vars:
                self.inventory.set_variable(name, key, _marked(host.vars[key]))
        variables = self._host_variables(host) if compose else variables
        self._add_host_to_composed_groups(groups, variables, name, strict=strict, fetch_hostvars=False)
        self._add_host_to_keyed_groups(keyed_groups, variables, name, strict=strict, fetch_hostvars=False)

    def _variables_of(self, host, variables):
        return Variables(host.name, dict(variables, **host.get_magic_vars(), groups=self._groups), self.templar)

    def _host_variables(self, host):
        """All variables of a host, in Ansible's order."""
        variables = combine_vars(self._group_variables(host), host.get_vars())
        variables = combine_vars(variables, get_vars_from_inventory_sources(self.loader, self._directories, [host], "all"))
        return combine_vars(variables, self._vars) if self.get_option("use_extra_vars") else variables

    def _group_variables(self, host):
        # The group `all` has no members until the whole inventory is read.
        names = tuple(["all"] + [group.name for group in sort_groups(host.get_groups()) if group.name != "all"])
        if names not in self._of_groups:
            groups = [self.inventory.groups[name] for name in names]
            variables = combine_vars(groups[0].get_vars(), get_group_vars(groups[1:]))
            for some in (groups[:1], groups[1:]):
                variables = combine_vars(variables, get_vars_from_inventory_sources(self.loader, self._directories, some, "all"))
            self._of_groups[names] = variables
        return self._of_groups[names]


def _group_name(name):
    return re.sub(r"\W", "_", name, flags=re.ASCII)


def _plain_groups_of(guest):
    names = ["guests", "hypervisor_%s" % guest.hypervisor, *("network_%s" % network for network in guest.networks)]
    return [_group_name(name) for name in names]


def _service_groups_of(guest):
    """The group of a guest, and that of its type, which is a child of the first."""
    if guest.group is None:
        return []
    return [_group_name(name) for name in [guest.group, *(["%s_%s" % (guest.group, guest.type)] if guest.type else [])]]


def _groups_of(guest):
    return [*_plain_groups_of(guest), *_service_groups_of(guest)]


def _marked(value):
    """
    A value whose texts 2.19 prints as they are: as templates, since it prints other texts as mappings. A text without a template is
    the same either way. (An inventory plugin's `trusted_by_default` has no effect after another plugin's file.)
    """
    if isinstance(value, dict):
        return {key: _marked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_marked(one) for one in value]
    if isinstance(value, str) and not TEMPLATE.search(value):
        return trust_as_template(plain(value))
    return value
