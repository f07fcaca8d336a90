# GNU General Public License v3.0 or later (see LICENSE)
"""
Decides what becomes of VMs that a hypervisor declares and doesn't have, from what the other hypervisors say and declare. Pure.

No VM is made while a host that can't be asked might have it, and none is moved from a host that declares it: that one is another
guest of this name.
"""

from collections import namedtuple

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import plain

# A VM that the module asks about. The `mode` is what its entry says of moves (None, live or cold), and `migration` how. Of an
# unfinished move, `source` is the host that the guest comes from. A `surplus` VM is one that a count no longer has. The `power` is how
# its entry says that it is shut down, `is_common` whether its processor is to be one that all hypervisors have, and `is_container`
# whether it is a container.
Wanted = namedtuple("Wanted", ("name", "mode", "migration", "source", "arrived", "surplus", "power", "is_common", "is_container"))

# Another hypervisor: its libvirt connection, the states that it declares by name, and what it has: by name, the host that the guest
# was evacuated from, or None, and the names of those that are containers. `found` is None where the host can't be asked, and `reason` says
# why. A dead one has no guests. The `cpu` is a text about its processors, or None.
Other = namedtuple("Other", ("name", "uri", "declared", "found", "containers", "reason", "is_dead", "cpu"))

# The moves as the result of the task has them; the names of VMs that are left out beside those; texts; and the processors of the other
# hosts, as the module takes them, where a VM is made that needs them.
Decision = namedtuple("Decision", ("moves", "left", "warnings", "problems", "host_cpus"))


MODES = ("live", "cold")
# The keys of `migration`, as modules/objects/vm/migration-options.ts has them.
NUMBERS = ("bandwidth", "downtime", "timeout")
SWITCHES = ("auto_converge", "synchronous_writes")


def mode_of(one):
    """How the entry of a VM says that it is moved; None if it doesn't. @raises TaskFailure"""
    mode = one.get("migrate")
    if mode in (None, ""):
        return None
    if mode not in MODES:
        raise TaskFailure("option 'migrate': must be one of %s" % ", ".join(MODES))
    return plain(mode)


def migration_of(one):
    """What `migration` in the entry of a VM says, without what it leaves open. @raises TaskFailure"""
    given = one.get("migration")
    if given in (None, ""):
        return {}
    if not isinstance(given, dict):
        raise TaskFailure("option 'migration': must be a mapping")
    return {str(key): _checked(str(key), value) for key, value in given.items() if value is not None}


def power_of(one):
    """How the entry of a VM says that it is shut down, without what it leaves open. The module has checked it."""
    return {key: one[key] for key in ("shutdown_timeout", "force_off") if one.get(key) not in (None, "")}


def is_common(one):
    """Whether the entry of a VM says that its processor is one that all hypervisors have."""
    return one.get("cpu_mode") == "baseline"


def is_container(one):
    """Whether an entry is for a container."""
    return one.get("kind") == "container"


def _checked(key, value):
    try:
        if key in SWITCHES:
            return boolean(value)
        if key in NUMBERS and not isinstance(value, bool):
            return int(str(value))
        if (key, value) == ("fallback", "cold"):
            return plain(value)
    except (TypeError, ValueError):
        pass
    # A module that ran as it was sent has said so already.
    raise TaskFailure("option 'migration.%s': is not valid" % key)


def confirmed_dead(variables):
    """The names in the extra variable `confirm_dead`: hosts that the user takes as ones without guests."""
    given = variables.get("confirm_dead")
    items = given if isinstance(given, list) else [] if given is None else str(given).split(",")
    return [plain(str(item)).strip() for item in items]


def dead_hosts(variables, known):
    """
    The hosts of `confirm_dead`.
    @param known the names of all hypervisors
    @raises TaskFailure for another name
    """
    names = confirmed_dead(variables)
    for name in names:
        if name not in known:
            raise TaskFailure("confirm_dead: '%s' is not one of the hypervisors: %s" % (name, ", ".join(sorted(known))))
    return names


def decide(wanted, others, this):
    """
    What is done with each VM. One that is neither moved nor left out is made; nothing is done where there are problems.
    @param wanted a list of Wanted
    @param others a list of Other
    @param this the name of the hypervisor that the VMs are for
    """
    found, silent, common = Decision([], [], [], [], []), {}, []
    for one in wanted:
        if one.surplus:
            # The module warns that it is kept.
            if any(host.declared.get(one.name, "absent") != "absent" for host in others):
                found.left.append(one.name)
            continue
        # Hosts that declare a VM of this name have one of their own.
        strangers = [host for host in others if one.name not in host.declared]
        problem = _problem_of_unfinished(one, others) if one.source else None
        holders = _holders(one, strangers)
        unknown = [host for host in strangers if host.found is None and (host.name == one.source or not holders)]
        if problem is None and len(holders) > 1:
            names = " and ".join(host.name for host in holders)
            problem = "%s is on %s, which do not declare it: remove it from all but one of them, and run again" % (one.name, names)
        if problem is not None:
            found.problems.append(problem)
        elif unknown:
            for host in unknown:
                silent.setdefault(host.name, (host, []))[1].append(one.name)
        elif holders:
            _settle(one, holders[0], [host for host in others if host not in strangers], this, found)
        elif one.is_common:
            common.append(one.name)
    found.problems.extend(_unanswered(host, names) for host, names in silent.values())
    for host in others if common else ():
        if host.cpu is not None:
            found.host_cpus.append({"host": host.name, "cpu": host.cpu})
        elif not host.is_dead and host.name not in silent:
            found.problems.append(_without_cpu(host, common))
    return found


def _holders(one, strangers):
    """The hosts that have a VM. That of an unfinished move has it, or what is left of it."""
    return [host for host in strangers if host.name == one.source or one.name in (host.found or ())]


def _settle(one, host, claimants, this, found):
    """A VM that one host has, which doesn't declare it. The claimants declare it too."""
    if one.is_container or one.name in host.containers:
        found.problems.append(_not_moved(one, host))
    elif one.source is None and host.found[one.name] == this:
        found.left.append(one.name)
        found.warnings.append("%s stays on %s, to which it was evacuated from this host, until it is restored" % (one.name, host.name))
    elif one.source is None and any(other.declared[one.name] != "absent" for other in claimants):
        found.problems.append("%s is on %s, and more than one other host declares it: declare it for one of them" % (one.name, host.name))
    elif one.mode is None:
        found.problems.append(
            "%s is on %s, which does not declare it: give it 'migrate: live' or 'migrate: cold' to move it here, or declare it "
            "for %s again" % (one.name, host.name, host.name)
        )
    else:
        move = {"name": one.name, "from": host.name, "uri": host.uri, "mode": one.mode, "migration": one.migration}
        found.moves.append(dict(move, evacuation=False, **one.power))


def _not_moved(one, host):
    """Why a guest that is a container here or there can't come."""
    there, here = ("container" if isit else "VM" for isit in (one.name in host.containers, one.is_container))
    return (
        "%s is a %s on %s, which does not declare it, and a %s by its entry here: a container can't be moved. Declare it for %s, or remove it "
        "there, and run again" % (one.name, there, host.name, here, host.name)
    )


def _problem_of_unfinished(one, others):
    """Why an unfinished move can't go on; None if it can."""
    host = next((host for host in others if host.name == one.source), None)
    if host is None:
        why = "which is not one of the hypervisors of this task: add it to them"
    elif one.name in host.declared:
        why = "which declares it: remove its entry there, or here"
    elif host.is_dead and one.arrived:
        why = "which is dead: the guest is here, so remove .moving in its directory"
    elif host.is_dead:
        why = "which is dead: its disks here are not complete, so remove its directory and its domain, if there is one, to make it anew"
    else:
        return None
    return "an unfinished move of %s from %s, %s, and run again" % (one.name, one.source, why)


def _unanswered(host, names):
    return (
        "%s can't be asked whether it has %s: %s. Make it reachable; or, if its guests are lost, or it never had any, give "
        "-e confirm_dead=%s" % (host.name, ", ".join(names), host.reason, host.name)
    )


def _without_cpu(host, names):
    return (
        "%s can't be asked for its processor, which 'cpu_mode: baseline' of %s needs: %s. Make it reachable; or, if it is lost, give "
        "-e confirm_dead=%s" % (host.name, ", ".join(names), host.reason, host.name)
    )
