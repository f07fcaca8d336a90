# GNU General Public License v3.0 or later (see LICENSE)
"""What becomes of guests that are watched: events, as lines for people."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import MOST_ADDRESSES, Seen

UNSEEN = Seen(None, (), None)
# A paused guest has not vanished.
ON = ("running", "idle", "paused", "in shutdown", "pmsuspended")


class Watch:
    """
    Guests and what was seen of them last.
    @param guests their names by hypervisor
    """

    def __init__(self, guests):
        self._seen = {(host, name): UNSEEN for host, names in guests.items() for name in names}
        self._silent = {}

    def events(self, answers, reasons):
        """
        What has changed since the last look.
        @param answers what hypervisors say of guests: Seen by name, by hypervisor
        @param reasons why others could not be asked, by hypervisor
        @returns lines
        """
        lines = []
        for host, reason in reasons.items():
            if self._silent.get(host) is None:
                lines.append("%s can't be asked: %s" % (host, reason))
        for host in self._silent:
            if host in answers:
                lines.append("%s answers again" % host)
        self._silent = dict(reasons)
        for (host, name), before in self._seen.items():
            if host in answers:
                after = answers[host].get(name, UNSEEN)
                # An address is said once, also of a guest whose lease is renewed late. A hypervisor could find more without end.
                known = dict.fromkeys((*before.addresses, *after.addresses))
                after = after._replace(addresses=tuple(known)[:MOST_ADDRESSES] if after.state in ON else ())
                lines += ["%s: %s" % (name, text) for text in _changes(before, after)]
                self._seen[host, name] = after
        return lines

    def has_guests(self):
        """Whether one of the guests is on, as far as is known."""
        return bool(self._silent) or any(seen.state in ON for seen in self._seen.values())


def _changes(before, after):
    was_on, is_on = before.state in ON, after.state in ON
    if not is_on:
        return ["has vanished (%s)" % ("its domain is gone" if after.state is None else after.state)] if was_on else []
    lines = [] if was_on else ["is %s" % after.state]
    if was_on and before.state != after.state:
        lines.append("is %s" % after.state)
    lines += ["has the address %s" % address for address in after.addresses if address not in before.addresses]
    if after.ready and not (was_on and before.ready):
        lines.append("is ready")
    return lines
