# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: select_guests
short_description: Tell which guests a person means who runs a playbook
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Reads the extra variables C(vm), C(group), C(type) and C(all) (C(-e group=shop)), and returns the guests with these in the variables of
    the hypervisors in the play. All that are given must hold. To give none is an error, and so is a name that no guest has.
  - It needs no connection to a host, and is run once for all of them.
options:
  states:
    description: The states that a guest may have in its entry.
    type: list
    elements: str
    choices: [running, present, stopped, absent]
  found:
    description: The name of a variable with what each hypervisor has answered to M(piecewise.cloud.vm_info).
    type: str
seealso:
  - module: piecewise.cloud.vm_info
attributes:
  check_mode:
    support: full
    description: It does the same in check mode.
  diff_mode:
    support: none
    description: It changes nothing.
"""

EXAMPLES = """
- name: Stop guests of a group with -e group=shop
  hosts: kvm
  gather_facts: false
  tasks:
    - name: Select the guests
      piecewise.cloud.select_guests:
      run_once: true
      register: selected

    - name: Show their names
      ansible.builtin.debug:
        var: selected.guests[inventory_hostname]
"""

RETURN = """
guests:
  description: The names of the guests, by hypervisor; an empty list for one that has none of them.
  returned: success
  type: dict
  sample: {hv1: [web00, web01], hv2: []}
surplus:
  description: With C(found), VMs of the selected groups that a hypervisor has and their counts no longer have, likewise.
  returned: success
  type: dict
  sample: {hv1: [web02], hv2: []}
text:
  description: All of them, for people.
  returned: success
  type: str
  sample: "hv1: web00, web01, web02"
vm:
  description: The name of the VM that was given; an empty text if none was.
  returned: success
  type: str
group:
  description: The group that was given, likewise.
  returned: success
  type: str
type:
  description: The type that was given, likewise.
  returned: success
  type: str
name:
  description: What the guests are called together, the name of the VM, C(GROUP), C(GROUP_TYPE), the type, or C(all).
  returned: success
  type: str
  sample: shop
"""
