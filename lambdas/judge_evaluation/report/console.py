"""Links to the AWS console, for whoever is signed in to the account."""

import re
from urllib.parse import quote

_EXECUTION = re.compile(r"arn:[a-z-]+:states:(?P<region>[a-z0-9-]+):[0-9]{12}:execution:.+")


def object_link(uri: str, region: str) -> str | None:
    """The page of an object, from its S3 URI; None if it is none."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not (uri.startswith("s3://") and bucket and key):
        return None
    return (
        f"https://{region}.console.aws.amazon.com/s3/object/{quote(bucket, safe='')}"
        f"?region={region}&prefix={quote(key.encode(errors='replace'), safe='')}"
    )


def execution_link(arn: str) -> str | None:
    """The page of an execution; None if this is not its ARN."""
    found = _EXECUTION.fullmatch(arn)
    if found is None:
        return None
    region = found["region"]
    page = f"https://{region}.console.aws.amazon.com/states/home?region={region}"
    return f"{page}#/v2/executions/details/{quote(arn, safe=':')}"
