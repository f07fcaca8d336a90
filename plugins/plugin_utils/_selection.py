# GNU General Public License v3.0 or later (see LICENSE)
"""Which guests a person means who runs a playbook: by the extra variables `vm`, `group`, `type` and `all`."""

from collections import namedtuple

from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import FALSE, NAME, PREFIX, TRUE, GroupError, checked_name

ASK = (
    "which guests? Give -e vm=NAME, -e group=GROUP, -e type=TYPE (of that group, or of all), or -e all=true. To see what would be "
    "done, add --check"
)

# Empty texts where no VM, group or type is named. All that are named must hold.
Selection = namedtuple("Selection", ("vm", "group", "type"))


class SelectionError(Exception):
    """A selection that can't be made; the message names the way out."""


def selection_of(variables):
    """
    The selection in extra variables.
    @raises SelectionError for one that is none, or that contradicts itself
    """
    found = Selection(*(_name(variables.get(key), key) for key in Selection._fields))
    if _is_true(variables.get("all")):
        if any(found):
            raise SelectionError("all: is given together with another selection: leave one of them out")
        return found
    if not any(found):
        raise SelectionError(ASK)
    return found


def _name(value, key):
    if value in (None, ""):
        return ""
    try:
        return checked_name(value, key, PREFIX if key == "vm" else NAME)
    except GroupError as reason:
        raise SelectionError(str(reason)) from reason


def _is_true(value):
    word = str(value).strip().lower()
    if value is not None and word not in TRUE + FALSE:
        raise SelectionError("all: must be a boolean (yes or no)")
    return word in TRUE


def name_of(selection):
    """What the selected guests are called together, and what a person enters to confirm."""
    return selection.vm or "_".join(one for one in (selection.group, selection.type) if one) or "all"


def selected(selection, declared, states):
    """
    The names of the selected guests, by hypervisor.
    @param declared the guests that the variables of each hypervisor declare, by its name
    @param states the states that a guest may have in its entry
    @raises SelectionError where there is none on any
    """
    matching = {host: [guest for guest in guests if _matches(selection, guest)] for host, guests in declared.items()}
    found = {host: [guest.name for guest in guests if guest.state in states] for host, guests in matching.items()}
    if any(found.values()):
        return found
    others = [guest for guests in matching.values() for guest in guests]
    if others:
        raise SelectionError(
            "the entry of %s says state: %s, and this is for guests with state: %s: change the entry first"
            % (others[0].name, others[0].state, " or ".join(states))
        )
    raise SelectionError(_unknown(selection, [guest for guests in declared.values() for guest in guests], sorted(declared)))


def surplus_of(selection, declared, found):
    """
    The names of the VMs of the selected groups that hypervisors have and no variables declare, by hypervisor.
    @param declared as for `selected`
    @param found the value of `vms` of the module vm_info, by hypervisor. It isn't trusted
    """
    surplus = {}
    for host, guests in declared.items():
        groups = {(guest.group, guest.type) for guest in guests if guest.group is not None}
        names = {guest.name for guest in guests}
        vms = [vm for vm in found.get(host) or [] if isinstance(vm, dict) and isinstance(vm.get("name"), str)]
        surplus[host] = [
            vm["name"]
            for vm in vms
            if PREFIX.fullmatch(vm["name"]) and vm["name"] not in names and vm.get("index") is not None
            if (vm.get("group"), vm.get("type")) in groups and not selection.vm
            if selection.group in ("", vm["group"]) and selection.type in ("", vm["type"])
        ]
    return surplus


def text_of(guests):
    """Names by hypervisor, for people."""
    return "; ".join("%s: %s" % (host, ", ".join(names)) for host, names in guests.items() if names)


def _matches(selection, guest):
    pairs = ((selection.vm, guest.name), (selection.group, guest.group), (selection.type, guest.type))
    return all(not wanted or wanted == found for wanted, found in pairs)


def _unknown(selection, guests, hosts):
    """The error of a selection that nothing matches. It names the first part that nothing has, and what there is."""
    where = "the variables of %s" % ", ".join(hosts) if hosts else "the play, which has no hosts"
    for key in ("group", "type", "vm"):
        value = getattr(selection, key)
        names = sorted({getattr(guest, "name" if key == "vm" else key) or "" for guest in guests} - {""})
        if value and value not in names:
            return "%s: '%s' is not in %s: known are %s" % (key, value, where, ", ".join(names) or "none")
    if not any(selection):
        return "no guest is declared in %s" % where
    return "no guest in %s is %s" % (where, " and ".join("%s=%s" % pair for pair in selection._asdict().items() if pair[1]))
