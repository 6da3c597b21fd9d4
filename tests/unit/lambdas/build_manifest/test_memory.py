"""The function has to hold a quarter of a million pictures, so what one of them costs is tested."""

import gc
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta

import pytest

from lambdas.build_manifest.build import build
from lambdas.build_manifest.layout import IMAGES_PREFIX
from lambdas.build_manifest.limits import SetLimits
from lambdas.build_manifest.request import Request
from lambdas.build_manifest.selection import StoredObject

from .fakes import LONG_AGO, FakeRegistry, FakeStore, md5

FEW_HUNDRED_BYTES = 600
A_HUNDRED_BYTES = 100


class EndlessStore(FakeStore):
    """Lists `count` pictures without having them, and swallows what is written."""

    def __init__(self, count: int, *, in_parts: bool) -> None:
        super().__init__()
        self.count = count
        self.in_parts = in_parts
        self.bytes_written: dict[str, int] = {}

    def labelled_objects(self) -> Iterator[StoredObject]:
        for number in range(self.count):
            key = f"{IMAGES_PREFIX}label {number % 100:02}/some folder/IMG_{number:08}.jpeg"
            yield StoredObject(key, md5(key) + ("-2" if self.in_parts else ""), 5_000, LONG_AGO)

    def content_hash(self, *, key: str, etag: str) -> str:
        return etag.removesuffix("-2")

    def write_lines(self, key: str, lines: Iterable[bytes]) -> None:
        self.bytes_written[key] = sum(map(len, lines))

    def read_lines(self, key: str) -> Iterator[bytes] | None:
        """The inventory of a set in which every picture had another key: nothing can be worse."""
        if not key.endswith("inventory.jsonl"):
            return None
        return (
            f'{{"key":"{IMAGES_PREFIX}old/{number:08}.jpeg","etag":"{md5(str(number))}"}}'.encode()
            for number in range(self.count)
        )


def peak(run: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("in_parts", [False, True])
def test_each_further_picture_costs_a_few_hundred_bytes(in_parts: bool) -> None:
    def measured(count: int) -> int:
        store = EndlessStore(count, in_parts=in_parts)
        request = Request(mode="measure", digest=None, previous_digest="f" * 64)
        return peak(
            lambda: build(
                request,
                store=store,
                registry=FakeRegistry(),
                limits=SetLimits(train=250_000, test=250_000),
                now=lambda: LONG_AGO + timedelta(days=1),
            )
        )

    small, large = measured(2_000), measured(4_000)

    assert (large - small) / 2_000 < FEW_HUNDRED_BYTES


def test_writing_a_set_costs_no_more_the_larger_it_is() -> None:
    def extra(count: int) -> int:
        """What writing takes beyond measuring."""
        store = EndlessStore(count, in_parts=False)

        def run(digest: str | None) -> str:
            return build(
                Request(mode="write" if digest else "measure", digest=digest, previous_digest=None),
                store=store,
                registry=FakeRegistry(),
                limits=SetLimits(train=250_000, test=250_000),
                now=lambda: LONG_AGO,
            )["digest"]

        digests: list[str] = []
        measuring = peak(lambda: digests.append(run(None)))
        writing = peak(lambda: run(digests[0]))
        assert sum(store.bytes_written.values()) > count * 300
        return writing - measuring

    small, large = extra(2_000), extra(8_000)

    assert (large - small) / 6_000 < A_HUNDRED_BYTES
