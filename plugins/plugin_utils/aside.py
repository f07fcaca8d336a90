# GNU General Public License v3.0 or later (see LICENSE)
"""Calls that a host may never answer."""

import contextvars
import threading

from ansible.errors import AnsibleConnectionFailure


class Aside:
    """A call in a thread of its own: who waits for it waits as long as it likes."""

    def __init__(self, call, *args):
        self._value = self._error = None
        # Ansible 2.19 keeps in it which task it is.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._run, call, args), daemon=True)
        self._thread.start()

    def _run(self, call, args):
        try:
            self._value = call(*args)
        except Exception as error:  # told by whoever asks for the value
            self._error = error

    def done(self, seconds):
        """Waits for so many seconds at most. @returns whether the call has come back"""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def value(self):
        """What a call that is done has returned; what it raised is raised."""
        if self._error:
            raise self._error
        return self._value


def answered(seconds, call, *args):
    """What a call to a host returns. @raises AnsibleConnectionFailure where the host gives no answer in so many seconds"""
    aside = Aside(call, *args)
    if not aside.done(seconds):
        raise AnsibleConnectionFailure("no answer within %d s" % seconds)
    return aside.value()
