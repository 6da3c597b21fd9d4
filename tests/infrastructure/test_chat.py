"""The stack of an environment that names chat channels. None of those in cdk.json does."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.synthesis import BIN, cdk_json_context, run, run_app, without_aws
from tests.infrastructure.templates import Json, Template, as_list, flat

STACK = "TrainingPipeline-chatty"
UUID = "01234567-89ab-cdef-0123-456789abcdef"
CHANNEL = "19%3Aabc_0123%40thread.tacv2"
CHAT = {
    "slack": {"workspace_id": "T0123", "channel_id": "C0123"},
    "teams": {"tenant_id": UUID, "team_id": UUID, "channel_id": CHANNEL},
}
SLACK = "AWS::Chatbot::SlackChannelConfiguration"
TEAMS = "AWS::Chatbot::MicrosoftTeamsChannelConfiguration"


@pytest.fixture(scope="module")
def chatty_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Synthesised under the same checks of cdk-nag as the others."""
    context = cdk_json_context()
    context["environments"] = {"chatty": context["environments"]["dev"] | {"chat": CHAT}}
    folder = tmp_path_factory.mktemp("chat") / "cdk.out"
    done = run_app(output=folder, context=context)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def chatty(chatty_assembly: Path) -> Template:
    return Template.read(chatty_assembly, STACK)


def chat_topic(template: Template) -> str:
    return template.only("AWS::SNS::Topic", DisplayName=f"{STACK}: chat")[0]


OUTCOME: Json = {
    "id": "an-id",
    "source": "custom-labels-training-pipeline",
    "detail-type": "Training Outcome",
    "detail": {
        "pipeline": STACK,
        "outcome": "failed",
        "operator_told": True,
        "execution": "arn:run",
        "subject": "Pipeline: Training FAILED (X)",
        "message": 'Two lines,\nand a "quotation".',
    },
}
QUESTION: Json = {
    "id": "another-id",
    "source": "custom-labels-training-pipeline",
    "detail-type": "Approval Requested",
    "detail": {
        "pipeline": STACK,
        "execution": "arn:run",
        "subject": "Pipeline: set-1 waits for your approval",
        "message": "The model set-1 goes live only if a person approves it.",
        "version": "set-1",
    },
}


def matches(pattern: Json, event: Json) -> bool:
    """As EventBridge matches (User Guide, "Event pattern syntax"): each field of the pattern is in the event,
    with one of the values. Patterns that say more than values match nothing here."""
    return all(
        field in event
        and (matches(wanted, event[field]) if isinstance(wanted, dict) else event[field] in wanted)
        for field, wanted in pattern.items()
    )


def shown(template: Template, event: Json) -> list[Json]:
    """What the rules make of an event for the channel. As EventBridge fills a template in: a field stands
    there without quotes and becomes a JSON value."""
    found = []
    for rule in template.properties("AWS::Events::Rule"):
        for target in rule["Targets"]:
            if target["Arn"] == {"Ref": chat_topic(template)} and matches(rule["EventPattern"], event):
                text = target["InputTransformer"]["InputTemplate"]
                for name, path in target["InputTransformer"]["InputPathsMap"].items():
                    value: Any = event
                    for part in path.removeprefix("$.").split("."):
                        value = value[part]
                    text = text.replace(f"<{name}>", json.dumps(value))
                found.append(json.loads(text))
    return found


def test_nobody_is_told_by_chat_unless_the_settings_say_so(template: Template) -> None:
    assert [item for item in template.body["Resources"].values() if "Chatbot" in item["Type"]] == []
    assert len(template.of_type("AWS::SNS::Topic")) == 2


def test_the_channels_are_those_of_the_settings(chatty: Template) -> None:
    (slack,) = chatty.properties(SLACK)
    (teams,) = chatty.properties(TEAMS)

    assert (slack["SlackWorkspaceId"], slack["SlackChannelId"]) == ("T0123", "C0123")
    assert (teams["TeamsTenantId"], teams["TeamId"], teams["TeamsChannelId"]) == (UUID, UUID, CHANNEL)


def test_a_channel_hears_of_alarms_and_outcomes_and_not_of_the_e_mails(chatty: Template) -> None:
    alarms = chatty.only("AWS::SNS::Topic", DisplayName=f"{STACK}: alarms")[0]

    for kind in (SLACK, TEAMS):
        (channel,) = chatty.properties(kind)
        assert {flat(arn) for arn in channel["SnsTopicArns"]} == {f"<{chat_topic(chatty)}>", f"<{alarms}>"}


def test_nobody_can_do_anything_from_a_channel(chatty: Template) -> None:
    for kind in (SLACK, TEAMS):
        (channel,) = chatty.properties(kind)
        assert channel["GuardrailPolicies"] == ["arn:aws:iam::aws:policy/AWSDenyAll"]
        role = channel["IamRoleArn"]["Fn::GetAtt"][0]
        properties = chatty.of_type("AWS::IAM::Role")[role]["Properties"]
        assert "ManagedPolicyArns" not in properties
        assert "Policies" not in properties
        assert list(chatty.statements(role)) == []
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert flat(trust["Principal"]["Service"]) == "chatbot.amazonaws.com"


def test_an_outcome_is_told_as_a_custom_notification(chatty: Template) -> None:
    assert shown(chatty, OUTCOME) == [
        {
            "version": "1.0",
            "source": "custom",
            "id": "an-id",
            "content": {
                "textType": "client-markdown",
                "title": "Pipeline: Training FAILED (X)",
                "description": 'Two lines,\nand a "quotation".',
            },
            "metadata": {
                "summary": "Pipeline: Training FAILED (X)",
                "eventType": "failed",
                "relatedResources": ["arn:run"],
            },
        }
    ]


def test_a_question_is_told_like_an_outcome(chatty: Template) -> None:
    assert shown(chatty, QUESTION) == [
        {
            "version": "1.0",
            "source": "custom",
            "id": "another-id",
            "content": {
                "textType": "client-markdown",
                "title": "Pipeline: set-1 waits for your approval",
                "description": "The model set-1 goes live only if a person approves it.",
            },
            "metadata": {
                "summary": "Pipeline: set-1 waits for your approval",
                "eventType": "needs_approval",
                "relatedResources": ["arn:run"],
            },
        }
    ]


@pytest.mark.parametrize("event", [OUTCOME, QUESTION], ids=["outcome", "question"])
def test_another_pipeline_is_not_heard(chatty: Template, event: Json) -> None:
    assert shown(chatty, event | {"detail": event["detail"] | {"pipeline": "TrainingPipeline-dev"}}) == []


def test_what_was_worth_no_e_mail_is_not_told(chatty: Template) -> None:
    assert shown(chatty, OUTCOME | {"detail": OUTCOME["detail"] | {"operator_told": False}}) == []


def test_only_eventbridge_publishes_to_the_channels_topic_and_over_tls_only(chatty: Template) -> None:
    policy = chatty.only("AWS::SNS::TopicPolicy", Topics=[{"Ref": chat_topic(chatty)}])[1]["Properties"]
    statements = policy["PolicyDocument"]["Statement"]
    (allowed,) = [item for item in statements if item["Effect"] == "Allow"]
    (denied,) = [item for item in statements if item["Effect"] == "Deny"]

    assert flat(allowed["Principal"]["Service"]) == "events.amazonaws.com"
    assert as_list(allowed["Action"]) == ["sns:Publish"]
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_cfn_lint_finds_nothing_in_it(chatty_assembly: Path) -> None:
    templates = chatty_assembly.glob("*.template.json")
    done = run(BIN / "cfn-lint", *templates, cwd=chatty_assembly, environment=without_aws())

    assert done.stdout + done.stderr == ""
