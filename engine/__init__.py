"""Any activity: everything that makes sound, without Qt."""

import os

# Torch's threads spin when they wait for each other, and beside another busy program each burns the time that the other
# one needs: separation was up to ten times slower. Read by libgomp when torch is first imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
