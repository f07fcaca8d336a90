# GNU General Public License v3.0 or later (see LICENSE)
"""
Reads what hypervisors answer about their guests. The controller trusts no hypervisor: nothing of an answer is used but
the states, IP addresses and readiness of the guests that it was asked for, and a text that the module of another one reads.
"""

import ipaddress
import json
import re
from collections import namedtuple

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import printable

# What is known of a guest: libvirt's name of its state (None without a domain), its addresses, whether it is ready (or None).
Seen = namedtuple("Seen", ("state", "addresses", "ready"))

# What a host answers: by the names of those guests that have a domain there, the host that each was evacuated from, or None; the names of
# those that are containers; and a text about its processors. `places` and `cpu` are None where it is no answer.
Answer = namedtuple("Answer", ("places", "containers", "cpu"))

# A state, as libvirt calls it.
STATE = re.compile("[a-z ]{1,20}")

# The name of a host of the inventory.
HOST = re.compile(r"[^\s,\x00-\x1f]{1,253}")

# The most addresses of a guest, and the most characters of one and of a reason.
MOST_ADDRESSES = 64
LONGEST_ADDRESS = 45
LONGEST_REASON = 300
# That of the text about the processors of a host: three times of what QEMU 10 has.
LONGEST_CPU = 32768


def is_usable(ip_address):
    """Whether others can connect to an address: a link-local one needs the name of a link."""
    mapped = getattr(ip_address, "ipv4_mapped", None)
    return mapped is None and not (
        ip_address.is_link_local or ip_address.is_loopback or ip_address.is_unspecified or ip_address.is_multicast
    )


def addresses_of(guests, names):
    """
    The addresses of guests, IPv4 first: of these guests only, and only what is an IP address.
    @param guests the value of `vms` of the module vm_info
    @param names the guests that were asked for
    @returns the addresses as texts by the names of all these guests
    """
    found = {name: [] for name in names}
    for guest in guests if isinstance(guests, list) else []:
        name, entries = (guest.get("name"), guest.get("addresses")) if isinstance(guest, dict) else (None, None)
        if isinstance(name, str) and name in found and isinstance(entries, list):
            found[name] = checked_addresses([entry.get("address") if isinstance(entry, dict) else None for entry in entries])
    return found


def addresses_in(result, names):
    """What `addresses_of` finds in a result of the module vm_info."""
    return addresses_of(result.get("vms"), names)


def seen_in(result, names):
    """
    What was seen of guests: of these only.
    @param result that of the module vm_info
    @param names the guests that were asked for
    @returns Seen by the names of those that have a domain
    """
    guests = result.get("vms")
    addresses, found = addresses_of(guests, names), {}
    for guest in guests if isinstance(guests, list) else []:
        name, state = (guest.get("name"), guest.get("state")) if isinstance(guest, dict) else (None, None)
        if isinstance(name, str) and name in addresses and isinstance(state, str) and STATE.fullmatch(state):
            ready = guest.get("ready")
            found[name] = Seen(state, tuple(addresses[name]), ready if isinstance(ready, bool) else None)
    return found


def answer_in(result, names):
    """
    What a host says before another one makes VMs.
    @param result that of the module vm_info
    @param names the guests that were asked for
    @returns an Answer
    """
    guests, cpu = result.get("vms"), result.get("cpu")
    places = _places_of(guests, names)
    containers = [guest["name"] for guest in guests if guest["name"] in places and guest.get("kind") == "container"] if places else []
    return Answer(places, containers, cpu if _is_document(cpu) else None)


def _is_document(value):
    """Whether a value is a text that can be passed on. What it says is for the module to judge."""
    return isinstance(value, str) and len(value) <= LONGEST_CPU and value.isascii() and value.replace("\n", "").isprintable()


def _places_of(guests, names):
    if not isinstance(guests, list) or not all(isinstance(guest, dict) and isinstance(guest.get("name"), str) for guest in guests):
        return None
    return {guest["name"]: _host_in(guest.get("evacuated_from")) for guest in guests if guest["name"] in names}


def _host_in(value):
    return value if isinstance(value, str) and HOST.fullmatch(value) else None


def checked_answer(answer, names):
    """An answer that a cache has had, checked again; None if it isn't one for all of these guests."""
    if not isinstance(answer, dict) or not all(isinstance(answer.get(name), list) for name in names):
        return None
    return {name: checked_addresses(answer[name]) for name in names}


def checked_addresses(texts):
    """The usable IP addresses in a list of anything, IPv4 first, in their canonical form."""
    found = []
    for text in texts[:MOST_ADDRESSES] if isinstance(texts, list) else []:
        # A bare number would be taken for an address too, and `%` names a link.
        if not isinstance(text, str) or len(text) > LONGEST_ADDRESS or "%" in text:
            continue
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            continue
        if is_usable(address):
            found.append(address)
    return [str(address) for address in sorted(dict.fromkeys(found), key=lambda address: address.version)]


def results_in(output, names):
    """
    The results of hosts in the output of the command `ansible`, with its callback `minimal`. What a host says may be a part
    of the output, so the names have to be ones that no host can know.
    @returns pairs of whether it succeeded and its result, by the names of those that have one
    """
    found = {}
    for match in re.finditer(r"^([0-9a-z]+) \| (SUCCESS|FAILED!|UNREACHABLE!) => (?=\{)", output, re.MULTILINE):
        if match[1] not in names:
            continue
        try:
            result = json.JSONDecoder().raw_decode(output, match.end())[0]
        except (ValueError, RecursionError):
            continue
        found.setdefault(match[1], (match[2] == "SUCCESS", result))
    return found


def reason_in(result):
    """Why a host has failed, as one line that isn't long."""
    message = result.get("msg") if isinstance(result, dict) else None
    text = " ".join(printable(message).split()) if isinstance(message, str) else ""
    return text[:LONGEST_REASON] or "it failed without a reason"
