"""Coalition Watch: reads the news and tells, with proof, when a state changes what it will do."""

import sys

# httpx loads its command line where it can, and with it rich and pygments: seven megabytes of every
# worker for a command that nobody calls here. Absent, httpx leaves it out.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
