"""One measurement, in a process of its own: what it did, and what it took, as a line of JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from lambdas.build_manifest.handler import handler
from tools.bench.pictures import PREFIX

BUCKET = "pictures"
_MIB = 1024 * 1024
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class _Context:
    """What Powertools reads of a Lambda context."""

    function_name: str = "build_manifest"
    memory_limit_in_mb: int = 2048
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:build_manifest"
    aws_request_id: str = "benchmark"


def bare_listing(_event: Mapping[str, Any]) -> dict[str, Any]:
    """All that boto3's paginator does by itself, and nothing else."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=PREFIX)
    return {"pictures": {"total": sum(len(page.get("Contents", [])) for page in pages)}}


def build_manifest(event: Mapping[str, Any]) -> dict[str, Any]:
    """The whole function, as Lambda calls it."""
    return dict(handler(event, _Context()))


def measured(work: Callable[[Mapping[str, Any]], dict[str, Any]], event: Mapping[str, Any]) -> dict[str, Any]:
    """What `work` returned and took. CPU is of all threads of this process, in user and system mode.

    A check returns no count, but whether all is in order, which it is only if each picture was seen.
    """
    memory, cpu, wall = _peak(), _cpu(), time.monotonic()
    result = work(event)
    return {
        "wall": time.monotonic() - wall,
        "cpu": _cpu() - cpu,
        "grown": (_peak() - memory) / _MIB,
        "peak": _peak() / _MIB,
        "total": result["pictures"]["total"] if "pictures" in result else None,
        "passed": result.get("passed", True),
        "digest": result.get("digest"),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> int:
    """The most memory that this process has had so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


if __name__ == "__main__":
    asked = json.loads(sys.argv[1])
    work = bare_listing if asked is None else build_manifest
    found = measured(work, asked or {})
    print(json.dumps(found))  # after what the function has logged
