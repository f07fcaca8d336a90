# GNU General Public License v3.0 or later (see LICENSE)
"""
Which hypervisor each guest is moved to when hypervisors are evacuated, and when their guests are brought back.

Memory is a hard limit: guests that run, and those that start with their host, must fit into it. Processors are a soft one: a host
that has enough of them comes first.
"""

from collections import namedtuple

from ansible_collections.piecewise.cloud.plugins.plugin_utils._ssh import NAME

EVACUATE = "evacuate"
RESTORE = "restore"

# Percent of a host's memory that are kept for the host itself.
RESERVE = 10
MOST_RESERVE = 90

# Virtual processors of all guests that a host should have at most for each of its own.
VCPUS = 4

# libvirt's names of the states in which a guest has no process.
OFF = ("shut off", "crashed")

# Why containers stay, and what to do.
NO_CONTAINER = "a container can't be moved: shut it down (-e stuck=stop does), or remove it here and declare it for another host"
NO_CONTAINER_OFF = "a container can't be moved, and it is off"

# What a person has asked for: `targets` is None for all other hosts, `power` is how guests are shut down.
Asked = namedtuple("Asked", ("direction", "hosts", "targets", "mode", "fallback", "stuck", "reserve", "power"))

# A guest: what it is (vm or container), its state as libvirt calls it, the most memory that it can have in bytes; the host that it was evacuated from,
# and that from which it comes by a move that was not completed, or None.
Guest = namedtuple("Guest", ("name", "kind", "state", "autostart", "memory", "vcpus", "evacuated_from", "moving_from"))

# A hypervisor that was read: bytes of memory, and those that are available now.
Machine = namedtuple("Machine", ("name", "memory", "available", "processors", "guests"))

# `evacuation`: whether the guest belongs to another host than the new one.
Move = namedtuple("Move", ("guest", "source", "target", "mode", "evacuation"))

# A guest that can't be moved, and why.
Stuck = namedtuple("Stuck", ("guest", "source", "reason"))

# `rooms` are those of the hosts that guests may be moved to, when all moves are done.
Plan = namedtuple("Plan", ("moves", "stuck", "rooms"))


class EvacuationError(Exception):
    """What is asked for can't be done; the message names the variable and the way out."""


def asked_of(direction, variables, known, play):
    """
    What the extra variables ask for.
    @param direction EVACUATE or RESTORE
    @param variables the extra variables
    @param known the hypervisors of the inventory
    @param play those in the play, which `--limit` may have made fewer
    @raises EvacuationError
    """
    hosts = _hosts(variables.get("host"), "host", known, play)
    if not hosts:
        raise EvacuationError("which hypervisor? Give -e host=NAME (several by commas). To see what would be done, add --check")
    if direction == RESTORE:
        for key in ("to", "stuck"):
            if variables.get(key) not in (None, ""):
                raise EvacuationError("%s: is for the evacuation, and this brings guests back to %s: leave it out" % (key, ", ".join(hosts)))
    targets = _hosts(variables.get("to"), "to", known, play)
    both = [name for name in targets if name in hosts]
    if both:
        raise EvacuationError("to: %s is evacuated itself: leave it out" % ", ".join(both))
    mode = _choice(variables, "migrate", ("live", "cold"), "live")
    fallback = _choice(variables, "fallback", ("cold",), None)
    if fallback and mode == "cold":
        raise EvacuationError("fallback: is that of migrate=live: leave it out")
    stuck = _choice(variables, "stuck", ("stay", "stop"), "stay")
    # The module checks them.
    power = {key: variables[key] for key in ("shutdown_timeout", "force_off") if variables.get(key) not in (None, "")}
    return Asked(direction, hosts, targets or None, mode, fallback is not None, stuck, _percent(variables.get("reserve")), power)


def _hosts(value, key, known, play):
    """Names of hosts, each once: a list, or a text with commas."""
    names = value.split(",") if isinstance(value, str) else value or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise EvacuationError("%s: must be the name of a hypervisor, or several, separated by commas" % key)
    names = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    for name in names:
        if name not in known:
            raise EvacuationError("%s: '%s' is no host of the group kvm: known are %s" % (key, name, ", ".join(known) or "none"))
        if name not in play:
            raise EvacuationError("%s: %s is not in the play: leave out --limit, or name it there too" % (key, name))
    return names


def _choice(variables, key, choices, default):
    value = variables.get(key)
    if value in (None, ""):
        return default
    if value not in choices:
        raise EvacuationError("%s: must be %s" % (key, " or ".join(choices)))
    return str(value)


def _percent(value):
    if value in (None, ""):
        return RESERVE
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) <= MOST_RESERVE):
        raise EvacuationError("reserve: must be the percent of each host's memory that are kept free, from 0 to %d" % MOST_RESERVE)
    return int(text)


def machine_of(name, info):
    """
    A hypervisor by what it has answered.
    @param info the complete result of the module cloud_info
    """
    guests = [
        Guest(
            one["name"],
            one["kind"],
            one["state"],
            one["autostart"],
            max(one["memory_max"], 0),
            max(one["vcpus"], 0),
            one.get("evacuated_from"),
            one.get("moving_from"),
        )
        for one in info["guests"]
    ]
    memory = info["host"]["memory"]
    # A host can't make one of its guests two. A VM and a container may have one name.
    guests = list({(one.name, one.kind): one for one in guests}.values())
    return Machine(name, memory["total"], memory["available"], info["host"]["cpu"]["count"], guests)


def is_on(guest):
    """Whether a guest has memory and processors of its host now."""
    return guest.state not in OFF


def is_container(guest):
    """Whether a guest is a container, which can't be moved."""
    return guest.kind == "container"


def may_stay(guest):
    """Whether a guest may stay on a host that is evacuated: a container that doesn't run."""
    return is_container(guest) and not is_on(guest)


def is_counted(guest):
    """Whether a guest needs memory of its host: now, or when the host is started."""
    return is_on(guest) or guest.autostart


class Room:
    """What a host has for guests, less what those take that are planned."""

    def __init__(self, machine, reserve):
        self.machine = machine
        self._names = {guest.name for guest in machine.guests}
        self._limit = self._spare = machine.memory * (100 - reserve) // 100
        self._available = machine.available
        self.vcpus = 0
        for guest in machine.guests:
            self._count(guest)

    @property
    def left(self):
        """Bytes of memory that guests can still get."""
        return max(0, min(self._limit, self._available))

    def refuses(self, guest):
        """Why a guest can't be moved here; None if it can."""
        if guest.name in self._names:
            return "%s has a guest of this name" % self.machine.name
        if is_counted(guest) and guest.memory > self.left:
            return "%s has %s left" % (self.machine.name, size_of(self.left))
        return None

    def rank(self, guest):
        """By what the best host for a guest is found: the greatest."""
        vcpus = self.vcpus + (guest.vcpus if is_counted(guest) else 0)
        has_processors = guest.vcpus <= self.machine.processors and vcpus <= VCPUS * self.machine.processors
        return has_processors, self._spare

    def take(self, guest):
        """Plans a guest for this host."""
        self._names.add(guest.name)
        self._count(guest)
        if is_counted(guest):
            self._available -= guest.memory

    def _count(self, guest):
        # Those that are off are counted too where hosts are compared, or all of them would be moved to one.
        self._spare -= guest.memory
        if is_counted(guest):
            self._limit -= guest.memory
            self.vcpus += guest.vcpus


def candidates(asked, machines):
    """
    The guests that are moved, the largest first, each with its hypervisor: those of the evacuated ones, or those that were evacuated
    from the restored ones.
    @param machines the hypervisors that were read, in the order of the inventory
    """
    if asked.direction == EVACUATE:
        found = [(guest, one.name) for one in machines if one.name in asked.hosts for guest in one.guests]
    else:
        found = [
            (guest, one.name)
            for one in machines
            for guest in one.guests
            if guest.evacuated_from in asked.hosts and guest.evacuated_from != one.name and not is_container(guest)
        ]
    return sorted(found, key=lambda pair: (-pair[0].memory, pair[0].name, pair[1]))


def unfinished(asked, machines):
    """
    The moves that an earlier run has begun, from the evacuated hosts or to the restored ones, and not completed. They go on, where
    the guest has come already.
    """
    found = []
    for one in machines:
        for guest in one.guests:
            end = guest.moving_from if asked.direction == EVACUATE else one.name
            is_known = any(guest.moving_from == other.name != one.name for other in machines)
            if is_known and end in asked.hosts and not is_container(guest) and NAME.fullmatch(guest.name):
                found.append(Move(guest, guest.moving_from, one.name, asked.mode, asked.direction == EVACUATE))
    return found


def doubts(asked, machines, moves):
    """
    The moves among those of `unfinished` that don't go on, each with the reason: only the new host says that they were begun, and no
    host gets a guest by its own word that wasn't asked for. A guest that its old host has no more does go on.
    """
    found = {}
    for move in moves:
        kept = [guest for one in machines if one.name == move.source for guest in one.guests if guest.name == move.guest.name]
        claims = [other.target for other in moves if (other.guest.name, other.source) == (move.guest.name, move.source)]
        if not kept:
            continue
        if len(claims) > 1:
            found[move] = "%s say that it moves there: end all of these moves but one" % " and ".join(claims)
        elif not _may_take(asked, move.target):
            found[move] = "%s says that it moves there: name it in 'to' if that is so" % move.target
        elif asked.direction == RESTORE and kept[0].evacuated_from != move.target:
            found[move] = "%s says that it moves there, and it was not evacuated from there" % move.target
    return found


def plan_of(asked, machines):
    """
    Which guest is moved where, in this order.
    @param machines the hypervisors that were read, in the order of the inventory
    """
    rooms = {one.name: Room(one, asked.reserve) for one in machines if _may_take(asked, one.name)}
    begun = unfinished(asked, machines)
    doubted = doubts(asked, machines, begun)
    moves = [move for move in begun if move not in doubted]
    going = [(move.guest.name, move.source) for move in moves]
    reasons = {(move.guest.name, move.source): reason for move, reason in doubted.items()}
    stuck = []
    for guest, source in candidates(asked, machines):
        if is_container(guest):
            stuck.append(Stuck(guest, source, NO_CONTAINER if is_on(guest) else NO_CONTAINER_OFF))
            continue
        if (guest.name, source) in going:
            continue
        if (guest.name, source) in reasons:
            stuck.append(Stuck(guest, source, reasons[guest.name, source]))
            continue
        open_to = [room for name, room in rooms.items() if asked.direction == EVACUATE or name == guest.evacuated_from]
        refusals = [room.refuses(guest) for room in open_to]
        fitting = [room for room, refusal in zip(open_to, refusals) if refusal is None]
        if not NAME.fullmatch(guest.name):
            stuck.append(Stuck(guest, source, "a guest of such a name can't be moved"))
        elif not fitting:
            stuck.append(Stuck(guest, source, _reason(asked, guest, refusals)))
        else:
            best = _best(fitting, guest)
            best.take(guest)
            target = best.machine.name
            mode = asked.mode if is_on(guest) else "cold"
            moves.append(Move(guest, source, target, mode, asked.direction == EVACUATE and guest.evacuated_from != target))
    return Plan(moves, stuck, list(rooms.values()))


def _best(rooms, guest):
    """The best room for a guest: the first of those that are alike."""
    return max(rooms, key=lambda room: room.rank(guest))


def _may_take(asked, name):
    if asked.direction == RESTORE:
        return name in asked.hosts
    return name not in asked.hosts and (asked.targets is None or name in asked.targets)


def _reason(asked, guest, refusals):
    if not refusals:
        return "there is no other host"
    if len(refusals) == 1 or asked.direction == RESTORE:
        return "; ".join(refusals)
    return "no host can take its %s: %s" % (size_of(guest.memory), ", ".join(refusals))


def moves_by_target(asked, plan, hosts, uris):
    """
    The moves as the role vm takes them (tasks/move.yml), by the new host.
    @param hosts all hosts of the play
    @param uris the libvirt connections of hosts, by their names
    """
    found = {name: [] for name in hosts}
    for move in plan.moves:
        entry = {"name": move.guest.name, "from": move.source, "uri": uris[move.source], "mode": move.mode, "evacuation": move.evacuation}
        migration = {"fallback": "cold"} if asked.fallback and move.mode == "live" else {}
        # The host starts only a guest that ran: one that is off now may have been shut down by an earlier run, which was cut off.
        found[move.target].append(dict(entry, migration=migration, start=True, **asked.power))
    return found


def size_of(amount):
    """Bytes, for people."""
    return "%.1f GiB" % (amount / 1024**3)
