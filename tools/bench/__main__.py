"""`make bench`: measure, and print one table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tools.bench.simulated_s3 import REQUESTS_PATH
from tools.cdk_cli import REPOSITORY

SECONDS_A_REQUEST = 0.020
SETS = ((1_000, 20), (10_000, 20), (100_000, 20), (250_000, 20), (250_000, 1))
"""Pictures and labels. 250,000 are what a dataset takes; one label is what cannot be listed by labels."""

INTRODUCTION = f"""\
The function build_manifest, beside a bare list_objects_v2 paginator of boto3 over the same keys, against a
simulated S3 that takes {SECONDS_A_REQUEST * 1000:.0f} ms a request. `measure` lists the pictures, divides
them and names the set; `write` also writes its manifests and inventory; `again` also counts what is new since
that set. `cold` checks pictures none of which was looked at before, so that the header of each is read, 32 at
once; `warm` checks them again, with every header remembered.

wall, CPU   seconds of the measured process, which starts anew for each; in brackets: of the bare listing's
memory      the most that the process held, in MiB, and how much of that came after its imports
requests    to the simulated S3

Compare within a table only: seconds are those of this machine, and of what else runs on it."""
HEADER = f"{'pictures':>8} {'labels':>6}  {'':8} {'wall':>14} {'CPU':>14} {'memory':>13} {'requests':>8}"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one measurement took."""

    wall: float
    cpu: float
    peak: float
    grown: float
    requests: int
    total: int | None
    """Of pictures; None where the function does not tell."""
    passed: bool
    digest: str | None


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A simulated S3 with a set of pictures, and measurements against it."""

    endpoint: str

    def take(self, event: Mapping[str, Any] | None) -> Taken:
        """Run `build_manifest` with an event; the bare listing without one."""
        before = self._requests()
        done = subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-m", "tools.bench.measured", json.dumps(event)],
            cwd=REPOSITORY,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"A measurement failed:\n{done.stderr}")
        return Taken(**json.loads(done.stdout.splitlines()[-1]), requests=self._requests() - before)

    def _requests(self) -> int:
        with urllib.request.urlopen(self.endpoint + REQUESTS_PATH) as answer:  # noqa: S310  # the loop-back
            return sum(json.load(answer).values())

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ENDPOINT_URL": self.endpoint,
            "BUCKET_NAME": "pictures",
            "DATA_LOCATIONS": "[]",
            "REGISTRY_TABLE_NAME": "registry",
            "POWERTOOLS_METRICS_NAMESPACE": "benchmark",
            "POWERTOOLS_SERVICE_NAME": "build_manifest",
            "POWERTOOLS_TRACE_DISABLED": "true",
        }


@contextmanager
def simulated_s3(pictures: int, labels: int) -> Iterator[Bench]:
    """An S3 in a process of its own, with that many pictures."""
    asked = [str(pictures), str(labels), str(SECONDS_A_REQUEST)]
    with subprocess.Popen(  # noqa: S603  # our own program
        [sys.executable, "-m", "tools.bench.simulated_s3", *asked],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            port = int(server.stdout.readline()) if server.stdout else 0
            yield Bench(endpoint=f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def event(mode: str, *, digest: str | None = None, previous: str | None = None) -> dict[str, Any]:
    return {"mode": mode, "digest": digest, "previous_digest": previous, "execution_id": "benchmark"}


def row(pictures: int, labels: int, name: str, taken: Taken, bare: Taken) -> str:
    shares = f"{taken.wall:7.2f} ({taken.wall / bare.wall:.2f}) {taken.cpu:7.2f} ({taken.cpu / bare.cpu:.2f})"
    memory = f"{taken.peak:4.0f} (+{taken.grown:.0f})"
    return f"{pictures:>8,} {labels:>6}  {name:8} {shares} {memory:>13} {taken.requests:>8,}"


def measure(pictures: int, labels: int) -> Iterator[str]:
    """The rows of one set."""
    with simulated_s3(pictures, labels) as bench:
        bare = bench.take(None)
        yield row(pictures, labels, "listing", bare, bare)
        first = bench.take(event("measure"))
        yield row(pictures, labels, "measure", first, bare)
        written = bench.take(event("write", digest=first.digest))
        yield row(pictures, labels, "write", written, bare)
        again = bench.take(event("measure", previous=first.digest))
        yield row(pictures, labels, "again", again, bare)
        # One label is not trained, so that its check fails; and a header is read however it is labelled.
        checks = ("cold", "warm") if labels > 1 else ()
        for name in checks:
            checked = bench.take(event("check", digest=first.digest))
            if not checked.passed:
                raise RuntimeError(f"The check of {pictures:,} pictures failed, though all are sound.")
            yield row(pictures, labels, name, checked, bare)
    if {bare.total, first.total, written.total, again.total} != {pictures}:
        raise RuntimeError(
            f"Not everybody counted {pictures:,} pictures: what was measured is not comparable."
        )


def main(sizes: Sequence[int]) -> None:
    """Measure the sets of these sizes; all of them if none is named."""
    print(f"{INTRODUCTION}\n\n{HEADER}", flush=True)
    for pictures, labels in SETS:
        if sizes and pictures not in sizes:
            continue
        for line in measure(pictures, labels):
            print(line, flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
