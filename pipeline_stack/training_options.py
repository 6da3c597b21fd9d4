"""The settings of an environment that say how Rekognition trains: keys, results, project, description.

Which ARNs are taken follows from what the stack does with them: an IAM policy names a key by its own ARN
(an alias in a policy's resource allows nothing), and a project's ARN is the only name that
CreateProjectVersion takes.
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints, ValidationInfo

from pipeline_stack.layout import EVALUATION_PREFIX
from pipeline_stack.place_settings import STRICT, PlaceSettings

CREATE: Literal["create"] = "create"
"""In place of a key's ARN: the stack makes the key."""

_KEY = r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):key/[A-Za-z0-9-]{1,64}"
# Rekognition's own pattern of a ProjectArn (botocore, rekognition 2016-06-27), with names for its parts.
_PROJECT = (
    r"arn:aws[a-z-]*:rekognition:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":project/[a-zA-Z0-9_.\-]{1,255}/[0-9]+"
)
# Of one key, the other key and a new key the same is said.
_KEY_ALLOWED = (
    'null, "create" for a key that the stack makes, or the ARN of a key (not of an alias) in the Region of '
    'this environment: "arn:aws:kms:eu-west-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"'
)


def _in_this(*parts: str) -> AfterValidator:
    """A check that these parts of an ARN are those of the environment, where it names them."""

    def check(value: str, info: ValidationInfo) -> str:
        found = re.fullmatch(_KEY, value) or re.fullmatch(_PROJECT, value)
        for part in parts:
            mine = info.data.get(part)
            if found is not None and mine is not None and found[part] != mine:
                raise ValueError(f"is of another {part}")
        return value

    return AfterValidator(check)


def _without_group_names(pattern: str) -> str:
    """pydantic's regular expressions are Rust's: these need no groups, and `(?P<` reads worse."""
    return re.sub(r"\?P<\w+>", "?:", pattern)


_Key = Annotated[
    str, StringConstraints(pattern=f"^(?:{CREATE}|{_without_group_names(_KEY)})$"), _in_this("region")
]
_KeyArn = Annotated[str, StringConstraints(pattern=f"^(?:{_without_group_names(_KEY)})$"), _in_this("region")]


class OutputBucket(BaseModel):
    """An existing bucket for Rekognition's results."""

    model_config = STRICT

    bucket: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] = Field(
        description="the name of an existing bucket, 3 to 63 lower-case letters, digits, dots and -"
    )
    # No character that means something in a policy's ARN (* ? $) or in an expression (').
    prefix: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}(?:/[A-Za-z0-9_.-]{1,100}){0,4}/$")
    ] = Field(
        default=EVALUATION_PREFIX,
        description="up to five folders of letters, digits and _ . -, with a / at the end: "
        f'"models/fruit/"; "{EVALUATION_PREFIX}" unless given',
    )


def _named(value: Any) -> Any:
    """A bucket's name alone is as good as an object that has nothing else."""
    return {"bucket": value} if isinstance(value, str) else value


def _for_a_bucket(value: str, info: ValidationInfo) -> str:
    # The other setting is missing from `data` when it was refused itself: that is told already.
    if info.data.get("output_bucket", value) is None:
        raise ValueError("there is no output_bucket")
    return value


class TrainingOptions(PlaceSettings):
    """What may be chosen about trainings. Every default is what the pipeline does without the option."""

    bucket_key: _Key | None = Field(default=None, description=_KEY_ALLOWED)
    training_key: _Key | None = Field(default=None, description=_KEY_ALLOWED)
    output_bucket: Annotated[OutputBucket, BeforeValidator(_named)] | None = Field(
        default=None,
        description="null, the name of an existing bucket in the Region of this environment, or an object "
        '{"bucket": "…", "prefix": "…/"}',
    )
    output_bucket_key: Annotated[_KeyArn, AfterValidator(_for_a_bucket)] | None = Field(
        default=None,
        description="null, or, with output_bucket only, the ARN of the key that encrypts that bucket, in the "
        "Region of this environment",
    )
    # Rekognition's own limits (botocore, VersionDescription).
    version_description: (
        Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9\-_. ()':,;?]{1,255}$")] | None
    ) = Field(
        default=None,
        description="null, or a text of 1 to 255 ASCII letters, digits, blanks and - _ . ( ) ' : , ; ?",
    )
    project_arn: (
        Annotated[
            str,
            StringConstraints(pattern=f"^(?:{_without_group_names(_PROJECT)})$"),
            _in_this("region", "account"),
        ]
        | None
    ) = Field(
        default=None,
        description="null, or the ARN of an existing Custom Labels project in the account and Region of this "
        'environment: "arn:aws:rekognition:eu-west-1:123456789012:project/fruit/1700000000000"',
    )
