"""Prepares and encodes on a Ray cluster of local machines, one of which is lost; prints what happened as JSON.

python -m tests.engine.training.cluster_trial RECORDINGS AUTOENCODER FOLDER
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # nothing leaves this machine

from ray.cluster_utils import Cluster

from engine.training.collection import Collection
from engine.training.latents import encode
from engine.training.preparation import prepare
from tests.engine.training.small_collection import NOTHING_CUT

STORE_BYTES = 80 * 2**20


def trial(source: Path, autoencoder: Path, folder: Path) -> dict[str, object]:
    """Prepare, then encode, on two machines beside the head; one is lost after the first recording is encoded."""
    machine = {"object_store_memory": STORE_BYTES, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, **machine})
    try:
        lost = cluster.add_node(num_cpus=1, **machine)
        cluster.add_node(num_cpus=1, **machine)
        cluster.wait_for_nodes()
        examined = list(prepare(source, folder / "collection", NOTHING_CUT, cluster=cluster.address))
        collection, encoded = Collection.open(folder / "collection"), []
        for each in encode(collection, autoencoder, folder / "latents", cluster=cluster.address):
            if not encoded:
                cluster.remove_node(lost, allow_graceful=False)
            encoded.append(each)
    finally:
        cluster.shutdown()
    return {
        "examined": [each.done for each in examined],
        "encoded": [each.done for each in encoded],
        "errors": [each.error for each in encoded if each.error],
    }


if __name__ == "__main__":
    print(json.dumps(trial(*map(Path, sys.argv[1:4]))))
