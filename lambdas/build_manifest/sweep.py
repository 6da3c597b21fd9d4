"""Deletes sets that no registry entry names.

A set is written before its training is registered. When a run ends in between, its files would
stay for ever; age says nothing, because the live model's set may be old. So: what the registry
does not name, and the present run does not need, goes.
"""

from .ports import PictureStore, SetRegistry


def sweep(store: PictureStore, registry: SetRegistry, *, keep: set[str]) -> list[str]:
    """Delete orphaned sets except those in `keep`; return the names of the deleted ones.

    Only folders whose name is a digest are looked at; whatever else lies under `manifests/` stays.
    """
    candidates = [name for name in store.set_names() if name not in keep]
    named = registry.named(candidates)
    orphans = [name for name in candidates if name not in named]
    for name in orphans:
        store.delete_set(name)
    return orphans
