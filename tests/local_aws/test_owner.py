"""Who is the account's owner, and who is not."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from local_aws.launcher import LocalAws
from tests.local_aws.resources import error_code, fresh, owner_session, user_session


def test_the_owner_may_do_everything(aws: LocalAws) -> None:
    identity = aws.client("sts").get_caller_identity()

    assert identity["Arn"] == "arn:aws:iam::000000000000:root"


@pytest.mark.mend("root-signature")
@pytest.mark.parametrize("service", ["sts", "ssm"])
def test_the_owners_key_with_another_secret_is_refused(aws: LocalAws, service: str) -> None:
    client = aws.client(service, session=owner_session(secret="guessed"))
    call = client.describe_parameters if service == "ssm" else client.get_caller_identity

    assert error_code(call) in {"SignatureDoesNotMatch", "InvalidSignatureException"}


def test_a_user_has_the_rights_of_its_policy_only(aws: LocalAws) -> None:
    name = fresh("/p")
    aws.client("ssm").put_parameter(Name=name, Value="1", Type="String")
    resource = f"arn:aws:ssm:us-east-1:000000000000:parameter{name}"
    reader = user_session(aws, {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": resource})
    ssm = aws.client("ssm", session=reader)

    assert error_code(lambda: ssm.get_parameter(Name=name)) is None
    assert error_code(lambda: ssm.delete_parameter(Name=name)) == "AccessDeniedException"


def test_nobody_in_particular_may_read_no_object(aws: LocalAws) -> None:
    s3, bucket = aws.client("s3"), fresh("bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")

    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(f"{aws.endpoint_url}/{bucket}/k")  # noqa: S310 - http to our own server
    assert refusal.value.code == 403
