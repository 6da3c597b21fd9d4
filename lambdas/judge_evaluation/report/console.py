"""Links to the AWS console, for whoever is signed in to the account."""

from urllib.parse import quote


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
    parts = arn.split(":")
    if len(parts) < 8 or parts[5] != "execution":
        return None
    return f"https://{parts[3]}.console.aws.amazon.com/states/home?region={parts[3]}#/v2/executions/details/{quote(arn)}"
