# GNU General Public License v3.0 or later (see LICENSE)
"""
Puts together what is known of the cloud: what hosts have answered, what variables declare, and what would change.

The result is what `picture/cloud.ts` calls Cloud. What hosts say is data in it, and never a part of a command.
"""

import shlex

from ansible_collections.piecewise.cloud.plugins.plugin_utils._declared_guests import DeclarationError, declared_guests
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import printable
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import addresses_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._shapes import ALWAYS
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import InvalidValue, Reach


# How the warning of cloud_info begins where it can't read the containers of a host.
CONTAINERS = "containers are missing"


def cloud_of(hosts, collected, read_at, checked):
    """
    The whole cloud.
    @param hosts by name: its variables, and the result of the module cloud_info, or None
    @param collected see `_collected`
    @param read_at when it was read, as a text
    @param checked whether drift was looked for
    """
    return {
        "version": 1,
        "read_at": read_at,
        "drift_checked": checked,
        "hosts": [_host(name, variables, info, collected) for name, (variables, info) in hosts.items()],
    }


def _host(name, variables, answer, collected):
    problems = list(collected.problems(name))
    info = info_of(answer)
    if isinstance(answer, dict) and info is None:
        _add(problems, problem_of(answer))
    for warning in answer.get("warnings") or [] if isinstance(answer, dict) else []:
        _add(problems, printable(str(warning)))
    guests = []
    try:
        guests = declared_guests(variables)
    except DeclarationError as reason:
        _add(problems, str(reason))
    reach, host = _reach(name, variables, problems)
    return {
        "name": name,
        **host,
        "problems": problems,
        "drift": collected.drift(name),
        **({} if info is None else {"info": info}),
        "declared": {guest.name: _declared(guest) for guest in guests},
        "guest_commands": {} if reach is None else _commands(reach, guests, info),
    }


def _add(problems, text):
    # A callback has the same failure with the name of its task.
    if not any(text in one for one in problems):
        problems.append(text)


def info_of(answer):
    """What a host has answered to the module cloud_info, without control characters; None where that isn't all."""
    if not isinstance(answer, dict) or not _is_complete(answer, ALWAYS["cloud_info"]):
        return None
    return {key: printable(answer[key]) for key in ALWAYS["cloud_info"]}


def problem_of(answer, part=""):
    """
    Why a host's answer to the module cloud_info isn't all.
    @param part what is missing, if that is known: the warning about it begins so
    """
    if not isinstance(answer, dict):
        return "it was not asked"
    warnings = [str(one) for one in answer.get("warnings") or [] if str(one).startswith(part)]
    return printable(str(answer.get("msg") or next(iter(warnings), "cloud_info has not told everything")).strip())


def unknown_guests(answer):
    """
    Why not all guests of a host are known by its answer to the module cloud_info, in which it seems to have none then.
    @returns a text; None if they are known
    """
    info = info_of(answer)
    if info is None:
        return problem_of(answer)
    if "libvirt" not in info["host"]["versions"]:
        return problem_of(answer, "guests")
    has_unread = any(str(one).startswith(CONTAINERS) for one in answer.get("warnings") or [])
    return problem_of(answer, CONTAINERS) if has_unread else None


def _is_complete(value, keys):
    """Whether a value has all keys, and what is in it too. A list stands for each of its items."""
    if isinstance(value, list):
        return all(_is_complete(one, keys) for one in value)
    return not keys or (isinstance(value, dict) and all(key in value and _is_complete(value[key], inner) for key, inner in keys.items()))


def _declared(guest):
    texts = {"state": guest.state, "kind": guest.kind, "group": guest.group, "type": guest.type}
    return {**{key: value for key, value in texts.items() if value is not None}, "addresses": [str(one.ip) for one in guest.addresses]}


def _reach(name, variables, problems):
    """How the host is reached, None if not by OpenSSH; and the keys of the report about that."""
    try:
        if variables.get("ansible_connection") == "local":
            return None, {}
        reach = Reach(name, variables.get)
    except (DeclarationError, InvalidValue) as reason:
        _add(problems, str(reason))
        return None, {}
    words = _options(reach) + [_login(reach.user, reach.host or reach.name)]
    return reach, {"address": reach.host or reach.name, "command": shlex.join(["ssh", *words])}


def _options(reach):
    return (["-p", str(reach.port)] if reach.port else []) + (["-i", reach.key] if reach.key else [])


def _login(user, address):
    return "%s@%s" % (user, address) if user else address


def _commands(reach, guests, info):
    """The command to reach each guest, by its name: by its declared address, else by the first that was found."""
    option = reach.jump()
    jump = ["-J", option.partition("=")[2]] if option.startswith("ProxyJump=") else ["-o", option]
    found = addresses_of((info or {}).get("guests"), [guest.name for guest in guests])
    first = {guest.name: next(iter([str(one.ip) for one in guest.addresses] or found[guest.name]), None) for guest in guests}
    return {guest.name: shlex.join(["ssh", *jump, _login(guest.user, first[guest.name])]) for guest in guests if first[guest.name]}
