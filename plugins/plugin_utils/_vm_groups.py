# GNU General Public License v3.0 or later (see LICENSE)
"""
Groups of VMs: the entries that they stand for. The module vm, the check of variables and the inventory get the names of VMs
from here.
"""

import hashlib
import re
from collections import namedtuple

# As the options of the module say (modules/vm/groups.ts).
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,190}")
NAME_HINT = "made of letters, digits, '.', '_' and '-', and begin with a letter or digit"
MOST = 1000

# Ansible's words of its type bool.
TRUE = ("y", "yes", "on", "1", "true", "t")
FALSE = ("n", "no", "off", "0", "false", "f")

GROUP_KEYS = ("name", "types", "vars")
# What a VM gets from its group and type.
SET_BY_GROUP = ("group", "type", "index", "surplus")

# What all types of one name on a host agree in, since VMs that their counts don't have belong to none of them.
AGREED = ("remove", "remove_storage", "state: absent")


class GroupError(Exception):
    """A group that can't be read. The message names the place."""


# VMs that are alike: where they are declared, and the keys of each.
Kind = namedtuple("Kind", ("origin", "group", "type", "count", "prefix", "remove", "host", "keys"))

# A VM, as an entry of `vms`.
Entry = namedtuple("Entry", ("origin", "values"))


def _as_is(value, label):
    return value


def kinds_of_groups(groups, label, evaluate=_as_is):
    """
    The kinds of VMs in a list of groups.
    @param groups the list
    @param label its name, for messages
    @param evaluate evaluates a value: it gets the value and its place, and returns None for one that is not given
    @raises GroupError
    """
    return [kind for origin, group in _groups(groups, label, evaluate) for kind in _kinds_of(group, origin, evaluate)]


def vars_of_groups(groups, label, evaluate=_as_is):
    """The variables of groups: pairs of the name and a mapping, whose values are not evaluated. @raises GroupError"""
    found = []
    for origin, group in _groups(groups, label, evaluate):
        values = evaluate(group.get("vars"), "%s.vars" % origin)
        if values is not None and not isinstance(values, dict):
            raise GroupError("%s.vars: must be a mapping" % origin)
        found.append((_name(group, origin, evaluate), values or {}))
    return found


def entries_of(kinds, hypervisor, overrides=None, surplus=True):
    """
    The VMs of some kinds.
    @param hypervisor the host that they are for, where they don't say another
    @param overrides values for keys of all VMs
    @param surplus whether there are entries for the VMs that counts no longer have, too
    @raises GroupError
    """
    overrides = overrides or {}
    unnamed, entries, found = {}, [], {}
    for kind in kinds:
        host = hypervisor if kind.host is None else kind.host
        key = (kind.group, kind.type, host)
        if not kind.prefix and unnamed.setdefault(key, kind) is not kind:
            # Their names would change with their order, and each would become the other.
            raise GroupError(
                "%s: has no prefix, and neither has %s, which is the type '%s' of the group '%s' too: give one of them a prefix"
                % (kind.origin, unnamed[key].origin, kind.type, kind.group)
            )
        for i in range(kind.count):
            name = "%s%02d" % (kind.prefix, i) if kind.prefix else _digest_name(host, kind, i)
            values = dict(kind.keys, name=name, group=kind.group, type=kind.type, index=i)
            entries.append(Entry(kind.origin, dict(values, **overrides)))
        found.setdefault(key, []).append(kind)
    rest = [_surplus_of(same, overrides) for same in found.values()] if surplus else []
    return entries + rest


def _surplus_of(kinds, overrides):
    """The entry for the VMs of a type that its count no longer has."""
    first = kinds[0]
    for other in kinds[1:]:
        for key in AGREED:
            if _said(first, key, overrides) != _said(other, key, overrides):
                raise GroupError(
                    "%s: '%s' differs from that of %s, which is the type '%s' of the group '%s' too: give both the same, or "
                    "types of two names" % (other.origin, key, first.origin, first.type, first.group)
                )
    values = dict(first.keys, name="%s_%s" % (first.group, first.type), group=first.group, type=first.type)
    is_removed = first.remove or _said(first, "state: absent", overrides)
    values.update(overrides, state="absent", surplus="remove" if is_removed else "keep")
    return Entry(first.origin, values)


def _said(kind, what, overrides):
    if what == "remove":
        return kind.remove
    key = what.partition(":")[0]
    value = overrides.get(key, kind.keys.get(key))
    # A boolean may be written in several ways, and is false by default.
    return value == "absent" if key == "state" else str(value).strip().lower() in TRUE


def _digest_name(host, kind, index):
    parts = (host or "", kind.group, kind.type, str(index))
    digest = hashlib.sha256("/".join(parts).encode()).hexdigest()[:10]
    readable = re.sub(r"[^a-z0-9]+", "-", kind.type.lower()).strip("-")[:40]
    return "%s-%s" % (readable, digest)


def _groups(groups, label, evaluate):
    if groups is None:
        return []
    if not isinstance(groups, list):
        raise GroupError("%s: must be a list" % label)
    found = []
    for i, group in enumerate(groups):
        origin = "%s[%d]" % (label, i)
        group = evaluate(group, origin)
        if not isinstance(group, dict):
            raise GroupError("%s: must be a mapping" % origin)
        unknown = [str(key) for key in group if key not in GROUP_KEYS]
        if unknown:
            raise GroupError("%s.%s: is unknown: a group has %s" % (origin, unknown[0], ", ".join(GROUP_KEYS)))
        found.append((origin, group))
    return found


def _kinds_of(group, origin, evaluate):
    name = _name(group, origin, evaluate)
    types = evaluate(group.get("types"), "%s.types" % origin)
    if types is None:
        return []
    if not isinstance(types, list):
        raise GroupError("%s.types: must be a list" % origin)
    return [_kind_of(name, kind, "%s.types[%d]" % (origin, i), evaluate) for i, kind in enumerate(types)]


def _kind_of(group, given, origin, evaluate):
    given = evaluate(given, origin)
    if not isinstance(given, dict):
        raise GroupError("%s: must be a mapping" % origin)
    for key in SET_BY_GROUP:
        if given.get(key) is not None:
            raise GroupError("%s.%s: is set by the group: leave it out" % (origin, key))

    def value(key):
        return evaluate(given.get(key), "%s.%s" % (origin, key))

    kind = _name(given, origin, evaluate)
    count = _count(value("count"), "%s.count" % origin)
    prefix = value("prefix")
    if prefix not in (None, ""):
        prefix = checked_name(prefix, "%s.prefix" % origin, PREFIX)
    remove = _bool(value("remove"), "%s.remove" % origin)
    host = value("host")
    keys = dict((key, one) for key, one in given.items() if key not in ("name", "count", "prefix", "remove") + SET_BY_GROUP)
    return Kind(origin, group, kind, count, prefix or None, remove, None if host is None else str(host), keys)


def _name(given, origin, evaluate):
    path = "%s.name" % origin
    name = evaluate(given.get("name"), path)
    if name is None:
        raise GroupError("%s: is required" % path)
    return checked_name(name, path)


def checked_name(value, path, pattern=NAME):
    """A name, as a text. @raises GroupError"""
    # YAML takes some names for numbers. Python's True is an int.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise GroupError("%s: must be %s" % (path, NAME_HINT))
    return value


def _count(value, path):
    if value is None:
        return 1
    if isinstance(value, str) and re.fullmatch(r"\d{1,9}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise GroupError("%s: must be a whole number from 0 to %d" % (path, MOST))
    return value


def _bool(value, path):
    word = str(value).strip().lower()
    if value is not None and word not in TRUE + FALSE:
        raise GroupError("%s: must be a boolean (yes or no)" % path)
    return word in TRUE
