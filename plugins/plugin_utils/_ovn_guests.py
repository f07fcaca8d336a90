# GNU General Public License v3.0 or later (see LICENSE)
"""
The guests of a hypervisor, as OVN has to know them. Networks, addresses and groups are those that the variables declare. The host
only says which MAC address and interface id each interface has.
"""

import re

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import UntrustedAnswer
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import NAME

INTERFACE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}", re.IGNORECASE)
# What is passed on of an entry of `networks`, where it is given.
DECLARED = {"address": "addresses", "aliases": "aliases", "security_groups": "security_groups"}


def guests_of(vms, answer):
    """
    The guests of a task of the module vm.
    @param vms the task's VMs, as mappings of their options
    @param answer the module's result
    @returns a list for the key `guests` of ovn_topology. VMs that failed are left out
    @raises UntrustedAnswer for what no interface of a declared VM has
    """
    # Of what has no name the module says what is wrong.
    declared = {str(guest["name"]): guest for guest in vms if isinstance(guest.get("name"), (str, int))}
    may_remove = any(guest.get("surplus") == "remove" for guest in vms)
    results = answer.get("results")
    if results is None:
        results = [answer]
    found = []
    for result in results:
        name, guest = result.get("name"), declared.get(result.get("name"))
        if guest is None and may_remove and _is_removed(result):
            found.append({"name": name, "state": "absent"})
        if guest is None or "interfaces" not in result:
            continue
        if any(one["name"] == name for one in found):
            raise UntrustedAnswer("told twice of '%s'" % name)
        if result.get("state") == "absent" or guest.get("state") == "absent":
            found.append({"name": name, "state": "absent"})
        else:
            found.append({"name": name, "interfaces": list(_interfaces(guest, result["interfaces"]))})
    return found


def _is_removed(result):
    """Whether a guest was removed that no entry names: one that a smaller count no longer has. OVN removes ports of this host only."""
    name = result.get("name")
    return result.get("state") == "absent" and not result.get("failed") and isinstance(name, str) and NAME.fullmatch(name) is not None


def _interfaces(guest, reported):
    entries = [entry for entry in guest.get("networks") or [] if isinstance(entry, dict)]
    for nic in reported:
        if "network" not in nic:
            continue
        position = next((i for i, entry in enumerate(entries) if str(entry.get("name")) == nic["network"]), None)
        if position is None:
            raise UntrustedAnswer("told of an interface that '%s' does not have" % guest.get("name"))
        entry, entries = entries[position], entries[position + 1:]
        # It isn't known before the first run, where the host can't make a definition.
        if not nic.get("port") or not nic.get("mac"):
            continue
        if not INTERFACE_ID.fullmatch(nic["port"]) or not MAC.fullmatch(nic["mac"]):
            raise UntrustedAnswer("told of an interface of '%s' without a MAC address and an interface id" % guest.get("name"))
        given = {name: entry[key] for key, name in DECLARED.items() if entry.get(key) is not None}
        yield dict(given, network=nic["network"], port=nic["port"], mac=nic["mac"])
