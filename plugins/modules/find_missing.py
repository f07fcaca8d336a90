# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: find_missing
short_description: Find out what a host lacks of what the role hypervisor installs
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Asks a host which of some packages, kernel modules, services and drivers it lacks. It is for the role C(hypervisor), whose script it runs.
  - A host can name nothing that it was not asked for.
options:
  packages:
    description: Packages of Debian.
    type: list
    elements: str
  modules:
    description: Kernel modules that are to be loaded now and at each boot.
    type: list
    elements: str
  services:
    description: Services that are to run now and at each boot.
    type: list
    elements: str
  drivers:
    description: Drivers that libvirtd is to have loaded.
    type: list
    elements: str
attributes:
  diff_mode:
    support: none
    description: It changes nothing.
  check_mode:
    support: full
    description: It asks in check mode too, if the task has C(check_mode=false).
"""

EXAMPLES = """
- name: Find out what is missing
  piecewise.cloud.find_missing:
    packages: [nodejs]
    services: [libvirtd]
  check_mode: false
  register: found
"""

RETURN = """
missing:
  description: The names of what is missing.
  returned: success
  type: dict
  contains:
    packages:
      description: Packages that are not installed.
      returned: always
      type: list
      elements: str
    modules:
      description: Kernel modules that are not loaded now and at each boot.
      returned: always
      type: list
      elements: str
    services:
      description: Services that do not run now and at each boot.
      returned: always
      type: list
      elements: str
    drivers:
      description: Drivers that libvirtd has not loaded.
      returned: always
      type: list
      elements: str
"""
