# GNU General Public License v3.0 or later (see LICENSE)
"""Runs the module ovs_info."""

from ansible_collections.piecewise.cloud.plugins.plugin_utils._runner import Runner

ActionModule = Runner
