# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: run_builtin
short_description: Run a module of Ansible itself on a host that may be hostile
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Runs a module of C(ansible.builtin) as a task of its own would, and passes on only what the module is known to return, within bounds and
    without control characters.
  - Ansible itself takes facts from the answer of any module, and facts override the variables of the inventory. So a hostile host could
    change the variables of roles.
options:
  module:
    description: The module.
    type: str
    required: true
    choices: [apt, command, copy, file, find, systemd]
  args:
    description: The options of the module.
    type: dict
    required: true
attributes:
  check_mode:
    support: full
    description: As the module.
  diff_mode:
    support: full
    description: As the module.
"""

EXAMPLES = """
- name: A directory
  piecewise.cloud.run_builtin:
    module: file
    args:
      path: /srv/data
      state: directory
      mode: "0755"
"""

RETURN = """
rc:
  description: The exit status of a command.
  returned: with C(command)
  type: int
stdout:
  description: What a command has printed.
  returned: with C(command) and C(apt)
  type: str
stderr:
  description: What a command has printed as errors.
  returned: with C(command) and C(apt)
  type: str
files:
  description: The files that were found, with the C(path) of each.
  returned: with C(find)
  type: list
  elements: dict
  sample: [{path: /srv/data}]
"""
