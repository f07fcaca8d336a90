# GNU General Public License v3.0 or later (see LICENSE)
"""The state of a cloud as a table for a terminal."""

import textwrap

from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import line_of

HEADER = ("HOST", "GUEST", "KIND", "STATE", "ADDRESS", "GROUP", "NOTES")
# Between two columns.
GAP = "  "
# Of notes below their row.
INDENT = "    "
# Columns of a terminal that says that it has fewer.
LEAST = 20
GIB = 1024**3


def status_text(cloud, columns=None):
    """
    A table of hosts and their guests.
    @param cloud see `_cloud`
    @param columns of the terminal; None for as many as are needed, and a line for each host and guest
    """
    away = _evacuated(cloud["hosts"])
    rows = [_in_one_line(row) for host in cloud["hosts"] for row in _rows(host, away)]
    widths = [max(len(row[i]) for row in [HEADER, *rows]) for i in range(len(HEADER) - 1)]
    # An empty column is left out. In a narrow terminal the last ones become notes.
    kept = [i for i in range(len(widths)) if any(row[i] for row in rows)]
    while columns is not None and len(kept) > 1 and sum(widths[i] + len(GAP) for i in kept) + len(HEADER[-1]) > columns:
        kept.pop()
    lines = [GAP.join([*(HEADER[i].ljust(widths[i]) for i in kept), HEADER[-1]])]
    for row in rows:
        cells = GAP.join(row[i].ljust(widths[i]) for i in kept)
        others = [row[i] for i in range(len(widths)) if i not in kept and row[i]]
        lines += _lines(cells, others + row[-1], columns)
    return "\n".join(lines)


def _in_one_line(row):
    """A text of a host can't begin another row."""
    return (*map(line_of, row[:-1]), [line_of(note) for note in row[-1]])


def _lines(cells, notes, columns):
    """A row, with its notes beside the cells where they have room in the terminal, else below."""
    line = (cells + GAP + "; ".join(notes)).rstrip()
    if columns is None or len(line) <= columns:
        return [line]
    first = textwrap.wrap(cells.rstrip(), columns, subsequent_indent=INDENT) if len(cells.rstrip()) > columns else [cells.rstrip()]
    wrapped = [textwrap.wrap(note, max(columns, LEAST), initial_indent=INDENT, subsequent_indent=INDENT * 2) for note in notes]
    return [*first, *(part for lines in wrapped for part in lines)]


def _evacuated(hosts):
    """Where evacuated guests are, by the host that they belong to and their names."""
    guests = [(host["name"], guest) for host in hosts for guest in (host.get("info") or {}).get("guests", [])]
    return {(guest["evacuated_from"], guest["name"]): name for name, guest in guests if "evacuated_from" in guest}


def _rows(host, away):
    info = host.get("info")
    yield (host["name"], "", "", "up" if info else "unknown", host.get("address", ""), "", list(_host_notes(host, info)))
    guests = {}
    for guest in (info or {}).get("guests", []):
        # A VM and a container may have one name.
        guests.setdefault(guest["name"], []).append(guest)
    for name in sorted({*guests, *host["declared"]}):
        for guest in guests.get(name, [None]):
            yield _row(host, name, guest, away)


def _row(host, name, guest, away):
    declared = host["declared"].get(name)
    state = guest["state"] if guest else ("missing" if host.get("info") else "unknown")
    drifted = any(drift["name"] == name for drift in host["drift"] if drift["kind"] == "vms")
    notes = list(_notes(guest, declared, drifted))
    if not guest and (host["name"], name) in away:
        state = "evacuated"
        notes.append("is on %s" % away[host["name"], name])
    group = "/".join(one for one in _group(guest, declared) if one)
    return (host["name"], name, _kind(guest, declared), state, ", ".join(_addresses(guest, declared)), group, notes)


def _group(guest, declared):
    one = declared or guest
    return one.get("group"), one.get("type")


def _kind(guest, declared):
    """What a guest is; nothing of a VM, which most are."""
    kind = (guest or declared).get("kind", "vm")
    return "" if kind == "vm" else kind


def _addresses(guest, declared):
    """The declared addresses, then those that were found."""
    found = [one["address"] for one in (guest or {}).get("addresses", [])]
    return list(dict.fromkeys([*(declared or {}).get("addresses", []), *found]))


def _notes(guest, declared, has_drift):
    if has_drift:
        yield "drift"
    if guest and guest["restart_reasons"]:
        yield "needs a restart: %s" % ", ".join(guest["restart_reasons"])
    if guest and "evacuated_from" in guest:
        yield "evacuated from %s" % guest["evacuated_from"]
    elif guest and not declared:
        yield "not declared"


def _host_notes(host, info):
    yield from host["problems"]
    others = [drift for drift in host["drift"] if drift["kind"] != "vms"]
    if others:
        yield "drift: %s" % ", ".join("%s %s" % (drift["kind"], drift["name"]) for drift in others)
    if info:
        unmanaged = [port["name"] for port in info["ports"] if _is_foreign(port)]
        if unmanaged:
            yield "unmanaged ports: %s" % ", ".join(unmanaged)
        stopped = [one["name"] for one in info["networks"] if one.get("service", "active") != "active"]
        if stopped:
            yield "network services not active: %s" % ", ".join(stopped)
        about = info["host"]
        memory = about["memory"]
        used = (memory["total"] - memory["available"]) / GIB
        yield "%s, %d CPUs, %.1f of %.1f GiB memory" % (about["release"], about["cpu"]["count"], used, memory["total"] / GIB)


def _is_foreign(port):
    """Whether a port is neither ours nor a guest's, and not the one that each bridge has."""
    return not (port["managed"] or port.get("guest") or port["name"] == port["bridge"])
