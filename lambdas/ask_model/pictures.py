"""What S3 says of pictures, which Rekognition reads by itself."""

from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .request import Place

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


def when_written(client: "S3Client", place: Place) -> datetime | None:
    """When the object was last written; None if S3 does not tell: Rekognition says then what is wrong.

    HeadObject needs s3:GetObject, which who asks about the picture must have. Of an object that is gone it
    says 403 to one without s3:ListBucket (API reference, HeadObject).
    """
    try:
        return client.head_object(Bucket=place.bucket, Key=place.key)["LastModified"]
    except (ClientError, BotoCoreError):
        return None
