# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The documentation of the action plugin of this name, which runs on the controller alone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = """
module: plan_evacuation
short_description: Plan which hypervisors the guests of others are moved to
version_added: 0.3.0
author: The piecewise.cloud founders (!UNKNOWN)
description:
  - Reads the extra variables C(host), C(to), C(migrate), C(fallback), C(stuck) and C(reserve), and plans the moves of the playbooks
    C(piecewise.cloud.evacuate) and C(piecewise.cloud.restore). It shows the plan as a table.
  - A container can't be moved. One that runs is among the guests that are left, and one that is off may stay.
  - It needs no connection to a host, and is run once for all of them.
options:
  direction:
    description:
      - C(evacuate) moves the guests of C(host) to other hypervisors of the play. C(restore) brings those back that were evacuated from it.
    type: str
    choices: [evacuate, restore]
    required: true
  info:
    description:
      - The name of a variable with what each hypervisor has answered to M(piecewise.cloud.cloud_info). Without it, only the extra
        variables are checked.
    type: str
  planned:
    description:
      - What this action has returned before the moves. With it, nothing is planned. It says which guests are left, and it is an error if there
        are any, unless C(stuck=stop) is given.
    type: dict
seealso:
  - module: piecewise.cloud.cloud_info
attributes:
  check_mode:
    support: full
    description: It plans, and shows the plan, in check mode too.
  diff_mode:
    support: none
    description: It changes nothing.
"""

EXAMPLES = """
- name: Show where the guests of a hypervisor would be moved to, with -e host=hv1
  hosts: kvm
  gather_facts: false
  tasks:
    - name: Read the hosts
      piecewise.cloud.cloud_info:
      register: cloud_read

    - name: Plan the moves
      piecewise.cloud.plan_evacuation:
        direction: evacuate
        info: cloud_read
      run_once: true
"""

RETURN = """
moves:
  description: The moves by the new hypervisor, in their order; an empty list for one that gets no guest.
  returned: with C(info), before the moves
  type: dict
  sample: {hv1: [], hv2: [{name: web1, from: hv1, mode: live, fallback: false, migration: {}, uri: "qemu:///system", evacuation: true}]}
stuck:
  description: The guests that can't be moved, and why.
  returned: with C(info), before the moves
  type: list
  elements: dict
  sample: [{name: db1, host: hv1, reason: hv2 has 3.1 GiB left}]
left:
  description: The guests that still run on an evacuated hypervisor, by hypervisor, as M(piecewise.cloud.libvirt_domain) takes them.
  returned: with C(planned)
  type: dict
  sample: {hv1: [{name: db1}, {name: box, uri: "lxc:///system"}], hv2: []}
stop:
  description: Whether guests that are left are to be shut down.
  returned: success
  type: bool
"""
