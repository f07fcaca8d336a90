# GNU General Public License v3.0 or later (see LICENSE)
"""The guests that the variables of a hypervisor declare. Only the keys that are needed here are evaluated."""

import ipaddress
import re
from collections import namedtuple

from ansible.errors import AnsibleError
from ansible.release import __version__
from ansible.utils.display import Display

from ansible_collections.piecewise.cloud.plugins.plugin_utils._file import directories_for
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import is_usable
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import NAME, USER, InvalidValue, checked, plain, shown
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_descriptions import kinds_of_descriptions
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import (
    GroupError,
    checked_name,
    entries_of,
    kinds_of_groups,
    vars_of_groups,
)

# From 2.19 on `omit` is not a variable.
OMIT = {"omit": "__omit_place_holder__piecewise_cloud"} if re.match(r"2\.1[4-8]\.", __version__) else {}

STATES = ("running", "present", "stopped", "absent")
# What a guest is, by its entry: the first one by default.
KINDS = ("vm", "container")

display = Display()

# A text without any of these is the same before and after it is evaluated.
TEMPLATE = re.compile(r"\{[{%#]")
# The names alone: the rest of an error may show values.
UNDEFINED = re.compile(r"'[\w. ]+' (?:is undefined|has no attribute '\w+')")


class DeclarationError(Exception):
    """A declaration that can't be read; the message names the host and the entry."""


def variables_of(host, hostvars, templar):
    """The variables of a host of the play, as Variables."""
    raw = hostvars.raw_get(host)
    return Variables(host, raw, templar.copy_with_new_env(available_variables=raw))


class Variables:
    """The variables of one host, each evaluated when it is asked for."""

    def __init__(self, host, variables, templar):
        self.host = host
        self._variables = dict(variables, **OMIT)
        self._templar = templar

    def get(self, name):
        """One of the host's variables; None if it is undefined. @raises DeclarationError"""
        return self.evaluate(self._variables.get(name), name)

    def evaluate(self, raw, label):
        """
        A value, evaluated if it is a template; what is in a list or mapping isn't evaluated. None for `omit`.
        @raises DeclarationError
        """
        try:
            # To 2.14, a vault's text is not a str.
            if getattr(raw, "__ENCRYPTED__", False):
                raw = str(raw)
            if not isinstance(raw, str):
                return raw
            if not TEMPLATE.search(raw):
                return plain(raw)
            self._templar.available_variables = self._variables
            value = self._templar.template(raw)
        except Exception as error:  # a filter may raise anything
            if type(error).__name__ == "AnsibleValueOmittedError":
                return None
            display.vvv("%s: %s: %s" % (self.host, label, error))
            found = UNDEFINED.findall(str(error)) if isinstance(error, AnsibleError) else []
            raise self.error(label, found[-1] if found else "can't be evaluated") from error
        if OMIT and value == OMIT["omit"]:
            return None
        return plain(value) if isinstance(value, str) else value

    def of_connection(self):
        """The variables by which Ansible connects to the host, evaluated. @raises DeclarationError"""
        found = {name: self.evaluate_all(raw, name) for name, raw in self._variables.items() if name.startswith("ansible_")}
        return {name: value for name, value in found.items() if value is not None}

    def evaluate_all(self, raw, label):
        """A value, with all that is in it evaluated. @raises DeclarationError"""
        value = self.evaluate(raw, label)
        if isinstance(value, list):
            return [self.evaluate_all(one, label) for one in value]
        if isinstance(value, dict):
            return {key: self.evaluate_all(one, label) for key, one in value.items()}
        return value

    def error(self, label, problem):
        """An error of one of the host's variables."""
        return DeclarationError("%s: %s: %s" % (self.host, label, problem))


# An address of a guest: whether it is in one of its `networks`, to which only the hypervisor has a way.
Address = namedtuple("Address", ("ip", "network", "is_behind"))

# What others need to reach a guest. Errors name it by its origin.
Guest = namedtuple("Guest", ("origin", "hypervisor", "name", "state", "networks", "addresses", "user", "group", "type", "kind"))

# The lists of groups.
GROUP_LISTS = ("vm_groups", "vm_groups_extra")


class Entry:
    """
    An entry for a VM, whose keys are evaluated when they are asked for.
    @raises DeclarationError by all methods
    """

    def __init__(self, variables, entry, label):
        self._variables = variables
        self._entry = entry
        self._label = label

    def is_here(self):
        """Whether the VM is one of this host."""
        return self._value("host") in (None, self._variables.host)

    def guest(self, with_absent):
        """The guest; None if its state is absent, unless that is asked for: it has no addresses then."""
        name = self._value("name")
        if name is not None:
            self._label = "%s (%s)" % (self._label, shown(name)[1:-1])
        name = self._checked(NAME, name, "name")
        state = self._value("state") or "running"
        if state not in STATES:
            raise self._error("state", "%s is not a state of a VM" % shown(state))
        origin = "%s: %s" % (self._variables.host, self._label)
        of_group = (self._group("group"), self._group("type"), self._kind())
        if state == "absent":
            return Guest(origin, self._variables.host, name, state, [], [], None, *of_group) if with_absent else None
        networks, addresses = self._networks_and_addresses()
        return Guest(origin, self._variables.host, name, state, networks, addresses, self._user(), *of_group)

    def _kind(self):
        kind = self._value("kind") or KINDS[0]
        if kind not in KINDS:
            raise self._error("kind", "%s is not a kind of a guest: it is one of %s" % (shown(kind), ", ".join(KINDS)))
        return plain(kind)

    def _group(self, key):
        value = self._value(key)
        try:
            return None if value is None else checked_name(value, key)
        except GroupError as reason:
            raise self._variables.error(self._label, reason) from reason

    def _networks_and_addresses(self):
        """The names of the networks, and the usable addresses: those of IPv4 first."""
        networks, addresses = [], []
        for i, network in enumerate(self._mappings("networks")):
            path = "networks[%d]" % i
            networks.append(self._checked(NAME, self._evaluate(network.get("name"), "%s.name" % path), "%s.name" % path))
            path = "%s.address" % path
            given = self._evaluate(network.get("address"), path)
            if given is not None and not isinstance(given, (str, list)):
                raise self._error(path, "%s is not an IP address" % shown(given))
            for text in given.split(",") if isinstance(given, str) else given or []:
                addresses.append(self._address(self._evaluate(text, path), path, True))
        for i, interface in enumerate(self._mappings("interfaces")):
            addresses.append(self._static_address(interface, "interfaces[%d]" % i))
        usable = [address for address in addresses if address and is_usable(address.ip)]
        # Python keeps the order of equal ones.
        return networks, sorted(usable, key=lambda address: address.ip.version)

    def _static_address(self, interface, path):
        """The address that an interface has by itself; None if there is none."""
        mode, text, mask = (self._evaluate(interface.get(key), "%s.%s" % (path, key)) for key in ("mode", "address", "netmask"))
        if mode not in (None, "", "static") or text in (None, ""):
            return None
        if isinstance(text, str) and "/" not in text and mask not in (None, ""):
            text = "%s/%s" % (text, mask)
        return self._address(text, "%s.address" % path, False)

    def _address(self, text, path, is_behind):
        try:
            # A bare number would be taken for an address too.
            if not isinstance(text, str):
                raise ValueError
            found = ipaddress.ip_interface(text.strip())
        except ValueError as reason:
            raise self._error(path, "%s is not an IP address" % shown(text)) from reason
        return Address(found.ip, found.network, is_behind)

    def _user(self):
        """The first of `users` who has a key, else the first with a name; None for the image's default user."""
        users = self._value("users")
        users = [self._evaluate(user, "users[%d]" % i) for i, user in enumerate(users if isinstance(users, list) else [])]
        named = [(i, user) for i, user in enumerate(users) if isinstance(user, dict) and "name" in user]
        with_key = [(i, user) for i, user in named if "ssh_authorized_keys" in user or "ssh_import_id" in user]
        for i, user in with_key or named:
            path = "users[%d].name" % i
            return self._checked(USER, self._evaluate(user["name"], path), path)
        return None

    def _mappings(self, key):
        """The items of a list of mappings."""
        value = self._value(key)
        if value is None:
            return []
        items = [self._evaluate(item, "%s[%d]" % (key, i)) for i, item in enumerate(value)] if isinstance(value, list) else [None]
        if not all(isinstance(item, dict) for item in items):
            raise self._error(key, "must be a list, each item a mapping")
        return items

    def _value(self, key):
        return self._evaluate(self._entry.get(key), key)

    def _evaluate(self, raw, path):
        return self._variables.evaluate(raw, "%s.%s" % (self._label, path))

    def _checked(self, pattern, value, path):
        # The module takes a number as a name too. Python's True is an int.
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        try:
            return checked(pattern, value, path)
        except InvalidValue as reason:
            raise self._variables.error(self._label, reason) from reason

    def _error(self, path, problem):
        return self._variables.error("%s.%s" % (self._label, path), problem)


def declared_guests(variables, with_absent=False):
    """
    The guests of a host: what the role vm makes of its variables.
    @param with_absent whether those whose state is absent are among them
    @raises DeclarationError
    """
    defaults = variables.get("vm_defaults") or {}
    if not isinstance(defaults, dict):
        raise variables.error("vm_defaults", "must be a mapping")
    state = variables.get("vm_state")
    first = "vms" if variables.get("vm_list") is None else "vm_list"
    entries = [
        Entry(variables, {**defaults, **entry, **({"state": state} if state else {})}, label)
        for label, entry in [*_listed(variables, (first, "vm_list_extra")), *_of_groups(variables)]
    ]
    guests = [entry.guest(with_absent) for entry in entries if entry.is_here()]
    return [guest for guest in guests if guest]


def _listed(variables, names):
    """The entries of lists, each with its label."""
    found = []
    for name in names:
        entries = variables.get(name) or []
        if not isinstance(entries, list):
            raise variables.error(name, "must be a list")
        for i, entry in enumerate(entries):
            label = "%s[%d]" % (name, i)
            entry = variables.evaluate(entry, label)
            if not isinstance(entry, dict):
                raise variables.error(label, "must be a mapping")
            found.append((label, entry))
    return found


def _of_groups(variables):
    """The entries of groups, each with its label."""
    try:
        kinds = [kind for name in GROUP_LISTS for kind in kinds_of_groups(variables.get(name), name, variables.evaluate)]
        descriptions = variables.get("vm_descriptions")
        if descriptions:
            paths = descriptions if isinstance(descriptions, list) else [descriptions]
            paths = [variables.evaluate(path, "vm_descriptions[%d]" % i) for i, path in enumerate(paths)]
            kinds += kinds_of_descriptions(paths, directories_for(variables.get), "vm_descriptions")
        return entries_of(kinds, variables.host, surplus=False)
    except GroupError as reason:
        raise DeclarationError("%s: %s" % (variables.host, reason)) from reason


def declared_vars(variables):
    """
    The variables of groups of guests: for each group its origin, its name and a mapping. They are evaluated as variables of the
    hypervisor, as the role vm does with the list that they are in.
    @raises DeclarationError
    """
    try:
        return [
            ("%s: %s" % (variables.host, name), group, variables.evaluate_all(values, "%s (%s).vars" % (name, group)))
            for name in GROUP_LISTS
            for group, values in vars_of_groups(variables.get(name), name, variables.evaluate)
        ]
    except GroupError as reason:
        raise DeclarationError("%s: %s" % (variables.host, reason)) from reason


def with_found_addresses(guests, found):
    """The same guests. Those without an address have the ones that were found, as texts by the names of guests."""
    return [guest if guest.addresses else guest._replace(addresses=_found(guest, found.get(guest.name, []))) for guest in guests]


def _found(guest, texts):
    # How long the prefix of its network is isn't known.
    networks = [ipaddress.ip_network(text) for text in texts]
    return [Address(network.network_address, network, bool(guest.networks)) for network in networks]
