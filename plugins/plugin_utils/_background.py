# GNU General Public License v3.0 or later (see LICENSE)
"""Calls to a host that may never be answered."""

import contextvars
import threading

from ansible.errors import AnsibleConnectionFailure


class BackgroundCall:
    """A call in a thread of its own, so that the caller decides how long it waits."""

    def __init__(self, call, *args):
        self._value = self._error = None
        # Ansible 2.19 keeps the current task in a context variable.
        context = contextvars.copy_context()
        self._thread = threading.Thread(target=lambda: context.run(self._run, call, args), daemon=True)
        self._thread.start()

    def _run(self, call, args):
        try:
            self._value = call(*args)
        except Exception as error:  # value() raises it
            self._error = error

    def wait(self, seconds):
        """Waits at most so many seconds. @returns whether the call has returned"""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def value(self):
        """What the call returned. Raises what the call raised. Only for a call that has returned."""
        if self._error:
            raise self._error
        return self._value


def call_with_timeout(seconds, call, *args):
    """What a call to a host returns. @raises AnsibleConnectionFailure when it takes longer than so many seconds"""
    running = BackgroundCall(call, *args)
    if not running.wait(seconds):
        raise AnsibleConnectionFailure("no answer within %d s" % seconds)
    return running.value()
