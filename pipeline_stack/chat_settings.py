"""The settings of an environment that say which chat channel is told."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)
_UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"

# Patterns of the API (chatbot 2017-10-11): SlackTeamId, SlackChannelId, UUID, TeamsChannelId.


class SlackChannel(BaseModel):
    """One channel of a Slack workspace."""

    model_config = _STRICT

    workspace_id: Annotated[str, StringConstraints(pattern="^[0-9A-Z]{1,255}$")] = Field(
        description='the id of a Slack workspace that was authorised in the console, such as "T01234567"'
    )
    channel_id: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9]{1,255}$")] = Field(
        description='the id of a Slack channel, the last part of its link, such as "C01234567"'
    )


class TeamsChannel(BaseModel):
    """One channel of a Microsoft Teams team."""

    model_config = _STRICT

    tenant_id: Annotated[str, StringConstraints(pattern=_UUID)] = Field(
        description="the id of the Microsoft tenant, a UUID: tenantId in the channel's link"
    )
    team_id: Annotated[str, StringConstraints(pattern=_UUID)] = Field(
        description="the id of a team that was authorised in the console: groupId in the link"
    )
    channel_id: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9_=+/.,-]*%3[aA][A-Za-z0-9_=+/.,-]*%40[A-Za-z0-9_=+/.,-]*$"),
    ] = Field(
        description="the id of the channel as it stands in its link, with %3A and %40: "
        '"19%3Aabc0123456789%40thread.tacv2"'
    )


class _Chat(BaseModel):
    model_config = _STRICT

    slack: SlackChannel | None = Field(
        default=None, description='an object {"workspace_id": "…", "channel_id": "…"}'
    )
    teams: TeamsChannel | None = Field(
        default=None, description='an object {"tenant_id": "…", "team_id": "…", "channel_id": "…"}'
    )


def _some_channel(chat: _Chat) -> _Chat:
    if chat.slack is None and chat.teams is None:
        raise ValueError("names no channel")
    return chat


ChatSettings = Annotated[_Chat, AfterValidator(_some_channel)]
"""A Slack channel, a Teams channel, or both."""
