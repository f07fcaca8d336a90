# GNU General Public License v3.0 or later (see LICENSE)
"""The plan of an evacuation as tables for a terminal, and what is left after it."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._evacuation import EVACUATE, is_container, is_on, size_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import line_of

GUESTS = ("GUEST", "STATE", "MEMORY", "VCPUS", "FROM", "TO", "NOTES")
HOSTS = ("HOST", "MEMORY LEFT", "PROCESSORS", "VCPUS", "NOTES")
GAP = "  "


def plan_text(asked, plan, unread):
    """
    A table of the guests, and one of the hosts that they are moved to.
    @param unread why hosts couldn't be read, by their names
    """
    names = ", ".join(asked.hosts)
    nothing = "%s has no guests." if asked.direction == EVACUATE else "No guest was evacuated from %s."
    guests = [*map(_move, plan.moves), *(_stuck(asked, one) for one in plan.stuck)]
    hosts = [_room(room) for room in plan.rooms] + [(name, "", "", "", _unread(asked, name, why)) for name, why in unread.items()]
    tables = [_table(GUESTS, guests) if guests else nothing % names, *([_table(HOSTS, hosts)] if hosts else [])]
    return "\n\n".join(tables)


def unknown_text(asked, unread):
    """What is back after a restore, and where others may be. @param unread why hosts couldn't be read, by their names"""
    where = ", ".join(asked.hosts)
    lines = ["The guests that were found are back on %s." % where]
    lines += ["Others may be on %s, which can't be read: %s" % one for one in unread.items()]
    return "\n".join(line_of(line) for line in lines)


def left_text(asked, left, reasons, stayed=()):
    """
    What is left after the moves.
    @param left pairs of a guest and its hypervisor
    @param stayed such pairs of those that may stay
    @param reasons why they weren't moved, by hypervisor and name, as far as that was known before
    """
    where = ", ".join(asked.hosts)
    if not left:
        done = "All guests have left %s." if asked.direction == EVACUATE else "All guests are back on %s."
        others = ", ".join("%s on %s" % (guest.name, host) for guest, host in stayed)
        return line_of(done % where + (" Containers that are off stay: %s." % others if others else ""))
    lines = [
        "%s (%s) is still on %s: %s" % (guest.name, guest.state, host, reasons.get((host, guest.name), "its move failed, as is said above"))
        for guest, host in left
    ]
    return "\n".join(line_of(line) for line in lines)


def _move(move):
    how = move.mode if is_on(move.guest) else "moved while it is off"
    back = ["back to where it belongs"] if move.guest.evacuated_from == move.target else []
    return (*_guest(move.guest, move.source), move.target, "; ".join([how, *back]))


def _stuck(asked, stuck):
    what = "is shut down" if asked.stuck == "stop" and is_on(stuck.guest) else "stays"
    return (*_guest(stuck.guest, stuck.source), "-", "%s: %s" % (what, stuck.reason))


def _guest(guest, source):
    state = "%s (container)" % guest.state if is_container(guest) else guest.state
    return (guest.name, state, size_of(guest.memory), str(guest.vcpus), source)


def _room(room):
    return (room.machine.name, size_of(room.left), str(room.machine.processors), str(room.vcpus), "")


def _unread(asked, name, reason):
    if asked.direction != EVACUATE:
        return "guests that may be there are not known: %s" % reason
    is_target = asked.targets is None or name in asked.targets
    return ("no guest is moved here, since it can't be read: %s" if is_target else "can't be read: %s") % reason


def _table(header, rows):
    # A text of a host can't begin another row.
    lines = [header, *(tuple(line_of(cell) for cell in row) for row in rows)]
    widths = [max(len(row[i]) for row in lines) for i in range(len(header) - 1)] + [0]
    return "\n".join(GAP.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in lines)
