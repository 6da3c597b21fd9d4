"""Buckets: what CloudFormation sets on them and what their policies can ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.services import s3

from local_aws.mends.registry import mend

_PUTTERS = (
    "_put_bucket_lifecycle",
    "_delete_bucket_lifecycle",
    "_put_bucket_encryption",
    "_delete_bucket_encryption",
    "_put_bucket_ownership_controls",
    "_delete_bucket_ownership_controls",
    "_put_bucket_tagging",
    "_delete_bucket_tagging",
)


@mend(
    "bucket-properties",
    target="ministack.services.cloudformation.provisioners._S3_BUCKET_CONFIGURATIONS",
    requires=tuple(f"ministack.services.s3.{name}" for name in _PUTTERS),
)
def more_bucket_properties(original: Any) -> Any:
    """CloudFormation drops a bucket's lifecycle, encryption, ownership and tags without a word."""
    return (
        *original,
        (
            "LifecycleConfiguration",
            _lifecycle_xml,
            _accepted(s3._put_bucket_lifecycle, "LifecycleConfiguration"),
            s3._delete_bucket_lifecycle,
        ),
        (
            "BucketEncryption",
            _encryption_xml,
            _accepted(s3._put_bucket_encryption, "BucketEncryption"),
            s3._delete_bucket_encryption,
        ),
        (
            "OwnershipControls",
            _ownership_xml,
            _accepted(s3._put_bucket_ownership_controls, "OwnershipControls"),
            s3._delete_bucket_ownership_controls,
        ),
        ("Tags", _tagging_xml, _accepted(s3._put_bucket_tagging, "Tags"), s3._delete_bucket_tagging),
    )


@mend(
    "bucket-not-empty",
    target="ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS[AWS::S3::Bucket]",
    requires=("ministack.services.s3._buckets", "ministack.services.s3._bucket_has_versions"),
)
def keep_buckets_that_hold_something(original: Any) -> Any:
    """CloudFormation deletes a bucket with everything in it; AWS fails the deletion until it is empty."""

    def delete(physical_id: str, props: dict[str, Any]) -> None:
        objects = (s3._buckets.get(physical_id) or {}).get("objects")
        if objects or s3._bucket_has_versions(physical_id):
            raise ValueError(
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            )
        original["delete"](physical_id, props)

    return {**original, "delete": delete}


@mend("bucket-policy-customer-key", target="ministack.core.iam_actions.s3_service_context")
def condition_keys_of_customer_encryption(original: Any) -> Any:
    """Bucket policies cannot see that an upload brings its own key (SSE-C) or names a KMS key.

    Keys of the Service Authorization Reference, "Condition keys for Amazon S3".
    """
    names = ("server-side-encryption-customer-algorithm", "server-side-encryption-aws-kms-key-id")

    def s3_service_context(
        iam_action: str,
        query_params: dict[str, Any] | None,
        path: str = "",
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        context: dict[str, Any] = original(iam_action, query_params, path, headers)
        if iam_action == "s3:PutObject":
            for name in names:
                value = (headers or {}).get(f"x-amz-{name}")
                if value:
                    context[f"s3:x-amz-{name}"] = value
        return context

    return s3_service_context


def _accepted(put: Callable[[str, bytes], Any], name: str) -> Callable[[str, bytes], None]:
    """Fail the stack when S3 refuses the property, as AWS does."""

    def call(bucket: str, document: bytes) -> None:
        status, _, body = put(bucket, document)
        if status >= 300:
            raise ValueError(f"AWS::S3::Bucket {name} was refused: {body!r}")

    return call


def _lifecycle_xml(configuration: Mapping[str, Any]) -> bytes:
    """CloudFormation's rules as the body of PutBucketLifecycleConfiguration."""
    root = Element("LifecycleConfiguration", xmlns=s3.S3_NS)
    for rule in configuration["Rules"]:
        element = SubElement(root, "Rule")
        if "Id" in rule:
            SubElement(element, "ID").text = rule["Id"]
        SubElement(SubElement(element, "Filter"), "Prefix").text = rule.get("Prefix", "")
        SubElement(element, "Status").text = rule["Status"]
        _nested(element, "Expiration", {"Days": rule.get("ExpirationInDays")})
        noncurrent = rule.get("NoncurrentVersionExpiration") or {}
        days = noncurrent.get("NoncurrentDays", rule.get("NoncurrentVersionExpirationInDays"))
        kept = noncurrent.get("NewerNoncurrentVersions")
        _nested(
            element, "NoncurrentVersionExpiration", {"NoncurrentDays": days, "NewerNoncurrentVersions": kept}
        )
        abandoned = rule.get("AbortIncompleteMultipartUpload") or {}
        _nested(element, "AbortIncompleteMultipartUpload", abandoned)
        unknown = set(rule) - _LIFECYCLE_PROPERTIES
        if unknown:
            raise ValueError(
                f"AWS::S3::Bucket lifecycle rule: the local AWS does not know {', '.join(sorted(unknown))}; "
                "teach it to local_aws/mends/s3.py."
            )
    return bytes(tostring(root))


_LIFECYCLE_PROPERTIES = frozenset(
    {
        "Id",
        "Prefix",
        "Status",
        "ExpirationInDays",
        "NoncurrentVersionExpiration",
        "NoncurrentVersionExpirationInDays",
        "AbortIncompleteMultipartUpload",
    }
)


def _nested(parent: Element, name: str, values: Mapping[str, Any]) -> None:
    given = {key: value for key, value in values.items() if value is not None}
    if given:
        element = SubElement(parent, name)
        for key, value in given.items():
            SubElement(element, key).text = str(value)


def _encryption_xml(configuration: Mapping[str, Any]) -> bytes:
    root = Element("ServerSideEncryptionConfiguration", xmlns=s3.S3_NS)
    for rule in configuration["ServerSideEncryptionConfiguration"]:
        element = SubElement(root, "Rule")
        _nested(element, "ApplyServerSideEncryptionByDefault", rule["ServerSideEncryptionByDefault"])
        if "BucketKeyEnabled" in rule:
            SubElement(element, "BucketKeyEnabled").text = json.dumps(rule["BucketKeyEnabled"])
    return bytes(tostring(root))


def _ownership_xml(configuration: Mapping[str, Any]) -> bytes:
    root = Element("OwnershipControls", xmlns=s3.S3_NS)
    for rule in configuration["Rules"]:
        _nested(root, "Rule", rule)
    return bytes(tostring(root))


def _tagging_xml(tags: list[Mapping[str, str]]) -> bytes:
    root = Element("Tagging", xmlns=s3.S3_NS)
    tag_set = SubElement(root, "TagSet")
    for tag in tags:
        _nested(tag_set, "Tag", tag)
    return bytes(tostring(root))
