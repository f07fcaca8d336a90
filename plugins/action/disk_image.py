# GNU General Public License v3.0 or later (see LICENSE)
from ansible_collections.piecewise.cloud.plugins.plugin_utils._follow import Follower as ActionModule  # noqa: F401
