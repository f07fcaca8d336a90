# GNU General Public License v3.0 or later (see LICENSE)
"""Which releases of OVN work with each other, what hosts have said of their databases, and which hypervisors a cloud has. Pure."""

import re

RELEASE = re.compile(r"(\d{1,4})\.(\d{1,4})")
DATABASES = ("northbound", "southbound")
# What a host says of a database and is believed.
SAID = ("kind", "empty", "cluster", "server")
LISTS = ("networks", "uplinks", "security_groups")


class PlanError(Exception):
    """Hosts can't work with each other."""


class ReleaseError(PlanError):
    """Hosts have releases of OVN that don't work with each other."""


def parsed(release):
    """A release for comparison; None if it isn't known."""
    found = RELEASE.fullmatch(release) if isinstance(release, str) else None
    return (int(found[1]), int(found[2])) if found else None


def told(releases):
    """Hosts with their releases, as a message has them."""
    return ", ".join("%s has %s" % one for one in sorted(releases.items()))


def check_releases(releases, members):
    """
    Members are of one release, and no newer than the oldest chassis. Every host is a chassis.
    @param releases by host; a host whose release isn't known is left out
    @raises ReleaseError that names the hosts
    """
    known = {host: release for host, release in releases.items() if parsed(release)}
    of_members = {host: known[host] for host in members if host in known}
    if len({parsed(release) for release in of_members.values()}) > 1:
        raise ReleaseError(
            "the members of OVN's databases must have one release of OVN: %s. Servers of different releases refuse each other's "
            "votes. Let ovn_central have hosts of one release only, and change it when all hosts are upgraded" % told(of_members)
        )
    newest = max(of_members.values(), key=parsed, default=None)
    older = {host: release for host, release in known.items() if newest and parsed(release) < parsed(newest)}
    if older:
        raise ReleaseError(
            "the members of OVN's databases must not be newer than any other host: %s, and %s. Older hosts can't read the tables of "
            "newer members. Upgrade these hosts first, or let ovn_central have hosts of the older release" % (told(of_members), told(older))
        )


def check_stays(members, group, leaving):
    """
    The databases stay as long as hosts use them.
    @param members that are left, when those that leave are gone
    @raises PlanError that names the hosts
    """
    staying = [host for host in group if host not in leaving]
    if staying and not members:
        raise PlanError(
            "no host of ovn_central stays, and %s %s: the networks would be lost. Name another host in ovn_central, and run on all hosts first"
            % (", ".join(staying), "does" if len(staying) == 1 else "do")
        )


def check_distinct(variable, values):
    """
    No two hosts have one value of a variable.
    @param values by host; a host whose value is None is left out
    @raises PlanError that names the hosts
    """
    first = {}
    for host, value in values.items():
        if value is not None and first.setdefault(str(value), host) != host:
            raise PlanError("%s is '%s' for both %s and %s: give each host its own" % (variable, value, first[str(value)], host))


def hosts_of(answers, addresses):
    """
    What hosts have said of their databases, for the option `hosts` of ovn_central. Where they are is by the inventory.
    @param answers of ovn_info, by host
    @param addresses `ovn_address` by host; a host may have none
    """
    return [
        dict({"name": host, "address": str(addresses.get(host) or "")}, **{name: _said(answer[name]) for name in DATABASES})
        for host, answer in answers.items()
        if all(isinstance(answer.get(name), dict) for name in DATABASES)
    ]


def _said(database):
    return {key: database[key] for key in SAID if key in database}


def underlay_family(addresses):
    """By what hypervisors reach each other, for the option of ovn_topology. @param addresses `ovn_address` of each, None if it has none"""
    return "ipv6" if any(":" in str(address) for address in addresses if address is not None) else "ipv4"


def without(args, leaving, dead):
    """
    The arguments of ovn_topology for a cloud that some hypervisors leave: what they have is removed, and with the last ones all that there is.
    @param leaving names of hypervisors that leave now
    @param dead names of others, which have lost what they had
    """
    gone = {*leaving, *dead}
    args = dict(args, hypervisors=[_absent(entry) if _name(entry) in gone else entry for entry in args["hypervisors"]])
    if leaving and {_name(entry) for entry in args["hypervisors"]} <= gone:
        args.update({option: [_absent(entry) for entry in args[option]] for option in LISTS if isinstance(args.get(option), list)})
    return args


def _name(entry):
    return entry.get("name") if isinstance(entry, dict) else None


def _absent(entry):
    return dict(entry, state="absent") if isinstance(entry, dict) else entry
