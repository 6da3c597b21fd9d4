"""What S3 says of pictures, which Rekognition reads by itself."""

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .request import Place
from .unchanged import Written

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


def look_up(client: "S3Client", place: Place) -> Written | None:
    """The object's time and ETag; None if S3 does not tell: Rekognition says then what is wrong.

    HeadObject needs s3:GetObject, which who asks about the picture must have. Of an object that is gone it
    says 403 to one without s3:ListBucket (API reference, HeadObject).
    """
    try:
        found = client.head_object(Bucket=place.bucket, Key=place.key)
    except (ClientError, BotoCoreError):
        return None
    return Written(at=found["LastModified"], etag=found["ETag"].strip('"'))
