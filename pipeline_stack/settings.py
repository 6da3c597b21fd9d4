"""Settings of one environment: parsed once from `cdk.json`, checked, and then passed down as values.

Nothing here asks AWS, so that anybody can synthesise without credentials. Every setting that cannot be
used is reported, all of them in one `SettingsError`.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from aws_cdk import Environment, RemovalPolicy
from aws_cdk import aws_logs as logs
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    EmailStr,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
)

from pipeline_stack.chat_settings import ChatSettings
from pipeline_stack.data_source_settings import (
    FORMS,
    MOST_CHARACTERS,
    MOST_PLACES,
    PROJECT_NAME,
    DataSourceSettings,
    KeyArn,
    Places,
    folders,
)
from pipeline_stack.log_retentions import LOG_RETENTIONS
from pipeline_stack.model_settings import ModelSettings
from pipeline_stack.parameter_specs import OPERATOR_PARAMETERS
from pipeline_stack.place_settings import STRICT, among
from pipeline_stack.settings_errors import SettingsError, problems_of

CONTEXT_KEY = "environments"
"""The key of `context` in cdk.json that holds one object for each environment."""

US_EAST_1_USD_PER_UNIT_HOUR = 4.0
"""The list price of Custom Labels inference in US East (N. Virginia), US dollars for each inference unit and
hour (Amazon Rekognition pricing, "Custom Labels"). Only the estimate of the cost uses it."""

RUNBOOK_FILE = "docs/runbook.md"

RUNBOOK_URL = r"^https?://[A-Za-z0-9][A-Za-z0-9._~:/?&=%@+,;!$*()-]{0,299}$"
"""No `#`, because the entry's anchor is appended; no quote and no blank, because the address stands inside
expressions and sentences."""


def _as_parameter_text(value: object) -> object:
    """JSON's true and 0.8 are as good as "true" and "0.8" in cdk.json; Parameter Store holds text."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _not_reserved(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise ValueError("the prefix aws: belongs to AWS")
    return key


_parameter_fields: dict[str, Any] = {
    spec.name: (
        Annotated[str, BeforeValidator(_as_parameter_text), StringConstraints(pattern=spec.pattern)],
        Field(default=spec.default, description=spec.allowed),
    )
    for spec in OPERATOR_PARAMETERS
}
_InitialParameters = create_model("_InitialParameters", __config__=STRICT, **_parameter_fields)

TagKey = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,128}$"),
    AfterValidator(_not_reserved),
]
TagValue = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,256}$")]


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    """SNS has one subscription for an address, and the CDK one construct."""
    if len({value.lower() for value in values}) < len(values):
        raise ValueError("an address is given twice")
    return values


class EnvironmentSettings(ModelSettings):
    """What differs between environments. A field's description says what is allowed: it is what somebody
    reads who typed something else."""

    notification_emails: Annotated[tuple[EmailStr, ...], AfterValidator(_distinct)] = Field(
        default=(),
        description='a list of different e-mail addresses that can receive mail: ["name@example.com"]',
    )
    removal_policy: Literal["destroy", "retain"] = Field(
        description='"destroy" or "retain": what happens to the pictures and the registry with the stack'
    )
    termination_protection: bool = Field(
        description="true or false, without quotes: whether the stack refuses to be deleted"
    )
    log_retention_days: Annotated[int, among(tuple(LOG_RETENTIONS))] = Field(
        description=f"a number of days that CloudWatch Logs offers: {', '.join(map(str, LOG_RETENTIONS))}"
    )
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=50)] = Field(
        default={},
        description="at most 50 tags, texts of ASCII letters, digits, blanks and _ . : / = + - @, "
        'keys of 1 to 128 characters not beginning with "aws:", values of 1 to 256',
    )
    runbook_url: Annotated[str, StringConstraints(pattern=RUNBOOK_URL)] | None = Field(
        default=None,
        description="the address at which people can read docs/runbook.md, without # and what follows: "
        '"https://git.example.com/team/pipeline/blob/main/docs/runbook.md"',
    )
    inference_unit_usd_per_hour: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = Field(
        default=US_EAST_1_USD_PER_UNIT_HOUR,
        description="what an inference unit costs in your Region, in US dollars an hour: a number from 0 to "
        f"1000, {US_EAST_1_USD_PER_UNIT_HOUR} unless given",
    )
    quarantine: bool = Field(
        default=False,
        description="true or false, without quotes: whether pictures that Rekognition cannot use are left "
        "out of a training (at most 20 %) instead of keeping it from beginning; false unless given",
    )
    data_source: DataSourceSettings = Field(
        default_factory=folders,
        description=f"which labelled pictures are trained, {FORMS}; folders unless given",
    )
    data_locations: Places = Field(
        default=(),
        description=f"a list of at most {MOST_PLACES} places, of {MOST_CHARACTERS} characters together, with "
        "files of labels and pictures that may be read besides those of the stack and of data_source: "
        '["s3://bucket/folder/", "s3://bucket/"]',
    )
    data_projects: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=PROJECT_NAME)], ...], Field(max_length=MOST_PLACES)
    ] = Field(
        default=(),
        description=f"a list of at most {MOST_PLACES} names of Rekognition projects of this account and "
        'Region whose datasets may be read besides those of data_source: ["my-project"]',
    )
    data_keys: Annotated[tuple[KeyArn, ...], Field(max_length=MOST_PLACES)] = Field(
        default=(),
        description=f"a list of at most {MOST_PLACES} ARNs of the KMS keys with which these places are "
        'encrypted: ["arn:aws:kms:us-east-1:111122223333:key/…"]',
    )
    chat: ChatSettings | None = Field(
        default=None,
        description='an object with a channel of "slack", of "teams", or of both: '
        '{"slack": {"workspace_id": "…", "channel_id": "…"}}',
    )
    operator_parameters: _InitialParameters = Field(
        default=_InitialParameters(), description="an object of parameter names and initial values"
    )

    @property
    def aws_environment(self) -> Environment:
        """Agnostic where account or region are left out: the CLI then takes those it is signed in to."""
        return Environment(account=self.account, region=self.region)

    @property
    def removal(self) -> RemovalPolicy:
        return RemovalPolicy.RETAIN if self.removal_policy == "retain" else RemovalPolicy.DESTROY

    @property
    def log_retention(self) -> logs.RetentionDays:
        return LOG_RETENTIONS[self.log_retention_days]

    @property
    def runbook(self) -> str:
        """What messages and alarms name, followed by `#` and the entry. The file's place in the repository
        where no address was given: AWS cannot know where a team keeps its copy."""
        return self.runbook_url or RUNBOOK_FILE

    @property
    def initial_parameters(self) -> dict[str, str]:
        """All operator parameters, those that cdk.json leaves out with their defaults."""
        parameters: BaseModel = self.operator_parameters
        return {name: str(value) for name, value in parameters}


class _Environments(BaseModel):
    """The whole of `context.environments`, so that one error speaks of all environments at once."""

    model_config = STRICT

    environments: Annotated[
        dict[
            # Ends up in the names of the stack, the project and the parameters.
            Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]{0,30}$")],
            EnvironmentSettings,
        ],
        Field(
            min_length=1,
            description="an object with at least one environment: a name of at most 31 lower-case letters, "
            "digits and -, and an object of settings",
        ),
    ]


def parse_environments(context: Any) -> Mapping[str, EnvironmentSettings]:
    """Settings by the name of the environment, from the value that cdk.json's context has at `CONTEXT_KEY`.

    Raises SettingsError, which names every key that is unknown, missing or has a value that is not allowed.
    """
    try:
        # By way of JSON, because strict mode then reads a JSON list as a tuple, and nothing else laxly.
        return _Environments.model_validate_json(json.dumps({CONTEXT_KEY: context})).environments
    except ValidationError as error:
        raise SettingsError(problems_of(error, _Environments)) from error
