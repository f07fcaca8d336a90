# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""
Collects what the tasks of a play would change, for M(piecewise.cloud.cloud_report).

Ansible loads the callbacks beside a playbook by itself. This one does nothing but in plays with the variable `cloud_collect`.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible.plugins.callback import CallbackBase
from ansible_collections.piecewise.cloud.plugins.plugin_utils._collected import COLLECTED

DOCUMENTATION = """
name: piecewise_collect
type: aggregate
short_description: Collect what a play would change
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - For the playbooks C(drift), C(status) and C(picture). It does nothing in others.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "piecewise_collect"

    _collects = False

    def v2_playbook_on_play_start(self, play):
        self._collects = bool(play.vars.get("cloud_collect"))
        COLLECTED.active = COLLECTED.active or self._collects

    def v2_runner_on_ok(self, result):
        if self._collects:
            COLLECTED.add_result(result._host.get_name(), result._task.get_name(), result._task.action, result._result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        if self._collects:
            COLLECTED.add_failure(result._host.get_name(), result._task.get_name(), result._task.action, result._result)

    def v2_runner_on_unreachable(self, result):
        if self._collects:
            COLLECTED.add_unreachable(result._host.get_name(), result._result)
