"""Any activity: everything that makes sound, without Qt."""

import os

# Torch's threads spin when they wait for each other. Beside another busy program each then burns the time that the other
# one needs: separation was measured up to ten times slower. Read by libgomp when torch is first imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
