"""Measures the set that the bucket's pictures make, and writes it."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from .contents import identify
from .digest import digest_of, version_name_of
from .errors import PicturesChanged, StorageDenied
from .inventory import InventoryBroken, read_records, record_lines
from .labelled.model_type import ModelType
from .layout import IMAGES_PREFIX, inventory_key, test_manifest_key, train_manifest_key
from .limits import SetLimits
from .manifest import manifest_lines
from .novelty import count_new
from .picture_headers import examine
from .ports import FileStore, PictureStore, SetRegistry
from .quarantine import examined, usable_keys
from .report import (
    BuildResult,
    ManifestKeys,
    count_pictures,
    report_skipped,
    shorten_labels,
    split_warnings,
    why_untrainable,
)
from .request import Request
from .selection import Picture, Selection, select
from .split import split_set
from .sweep import sweep


def build(
    request: Request,
    *,
    store: PictureStore,
    registry: SetRegistry,
    limits: SetLimits,
    now: Callable[[], datetime],
) -> BuildResult:
    """List the pictures and tell what set they make; in mode `write` also store its files.

    Both modes return the same: `digest` and `version_name` name the set and its model version;
    `new_pictures` counts what changed since `previous_digest` (see `novelty`); `youngest_seconds`
    is the age of the picture stored last, None if there is none; `problem` tells why the set cannot
    be trained, None if it can; `manifests` holds the keys of the files, None if none were written,
    which is so in mode `measure` and for a set with a problem. `left_out` counts pictures that other
    sources than folders tell of and that cannot be used.

    Memory: a few hundred bytes a picture; manifests and inventories are streamed.

    Raises:
        PicturesChanged: the set to write is not the one that was measured.
        ImageUnreadable, StorageDenied, StorageUnavailable, StorageRefused: see `errors`.
    """
    selection, digest = selected(request, store)
    pictures = selection.pictures
    if request.mode == "write" and request.quarantine:
        good = usable_keys(examined(pictures, examine(pictures, store), bucket=store.name))
        pictures = [picture for picture in pictures if picture.key in good]
    split = split_set(pictures, limits)
    counts = count_pictures(pictures, split)
    warnings = split_warnings(split)
    new_pictures = count_new_since(selection.pictures, request.previous_digest, store, warnings)
    problem = why_untrainable(counts, limits)
    manifests = None
    if request.mode == "write" and problem is None:
        manifests = store_set(
            digest,
            store,
            train=manifest_lines((it for it in pictures if not split.tests(it)), bucket=store.name),
            test=manifest_lines((it for it in pictures if split.tests(it)), bucket=store.name),
            # Also of the pictures in quarantine: they are no news to the next run.
            inventory=selection.pictures,
        )
        sweep(store, registry, keep={digest, request.previous_digest or digest})
    return BuildResult(
        digest=digest,
        version_name=version_name_of(digest),
        bucket=store.name,
        model_type=str(ModelType.WHOLE_PICTURE),
        data_source=IMAGES_PREFIX,
        left_out=0,
        pictures=shorten_labels(counts, warnings),
        new_pictures=new_pictures,
        youngest_seconds=youngest_seconds(selection.newest, now()),
        skipped=report_skipped(selection.skipped),
        warnings=warnings,
        problem=problem,
        manifests=manifests,
    )


def selected(request: Request, store: PictureStore) -> tuple[Selection, str]:
    """The labelled pictures, with their contents known, and the digest of their set.

    Raises:
        PicturesChanged: this is not the set that was measured.
    """
    selection = select(store.labelled_objects(), etags_are_content=store.etags_are_content)
    digest = digest_of(selection.pictures)
    if request.mode != "measure" and digest != request.digest:
        raise PicturesChanged(
            "The pictures under images_labeled_by_folder/ changed since they were measured "
            f"(set {request.digest}; now set {digest}). Nothing was written: the next run measures them "
            "again."
        )
    identify(selection.pictures, store)
    return selection, digest


def count_new_since(
    pictures: Sequence[Picture], previous_digest: str | None, store: PictureStore, warnings: list[str]
) -> int:
    """How many pictures are new since the set that was trained last; all if that cannot be told."""
    if previous_digest is None:
        return len(pictures)
    key = inventory_key(previous_digest)
    try:
        lines = store.read_lines(key)
    except StorageDenied as error:
        # After a change of bucket_key, say.
        warnings.append(
            f"{key}, the list of the pictures trained last, may not be read: every picture counts "
            f"as new. {error}"
        )
        return len(pictures)
    if lines is None:
        warnings.append(
            f"{key}, the list of the pictures trained last, is gone: every picture counts as new."
        )
        return len(pictures)
    try:
        return count_new(pictures, read_records(lines))
    except InventoryBroken as error:
        warnings.append(
            f"{key}, the list of the pictures trained last, cannot be read ({error}): every picture counts "
            "as new."
        )
        return len(pictures)


def store_set(
    digest: str,
    store: FileStore,
    *,
    train: Iterable[bytes],
    test: Iterable[bytes],
    inventory: Sequence[Picture],
) -> ManifestKeys:
    """Store the set's files, all at once. Doing it again writes the same bytes."""
    keys = ManifestKeys(
        train=train_manifest_key(digest), test=test_manifest_key(digest), inventory=inventory_key(digest)
    )
    files = {keys["train"]: train, keys["test"]: test, keys["inventory"]: record_lines(inventory)}
    with ThreadPoolExecutor(len(files)) as threads:
        for written in [threads.submit(store.write_lines, key, lines) for key, lines in files.items()]:
            written.result()
    return keys


def youngest_seconds(newest: datetime | None, now: datetime) -> int | None:
    """Seconds; clocks of AWS and Lambda may differ a little, and an age is never negative."""
    return None if newest is None else max(0, int((now - newest).total_seconds()))
