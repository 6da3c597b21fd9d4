"""CreateProject, DescribeProjects, DeleteProject, and the tags of any resource."""

from __future__ import annotations

from typing import Any

from local_aws.rekognition import arns, quotas
from local_aws.rekognition.datasets import require_tagging, status_members
from local_aws.rekognition.errors import (
    InvalidParameterException,
    LimitExceededException,
    ResourceInUseException,
    ServiceQuotaExceededException,
)
from local_aws.rekognition.paging import page
from local_aws.rekognition.platform import Call
from local_aws.rekognition.store import Project

CUSTOM_LABELS = "CUSTOM_LABELS"


def create_project(call: Call) -> dict[str, Any]:
    """The project is CREATED at once. A name that is taken is ResourceInUseException."""
    account, name = call.account, call.params["ProjectName"]
    feature = call.params.get("Feature", CUSTOM_LABELS)
    if feature != CUSTOM_LABELS:
        raise InvalidParameterException(f"Feature: {feature!r}; the local AWS offers {CUSTOM_LABELS} only.")
    if "AutoUpdate" in call.params:
        raise InvalidParameterException("AutoUpdate applies to CONTENT_MODERATION projects only.")
    if name in account.projects:
        raise ResourceInUseException(f"A project named {name} exists already.")
    if len(account.projects) >= quotas.MAX_PROJECTS:
        raise LimitExceededException(f"The account has {quotas.MAX_PROJECTS} projects, which is the quota.")
    created = call.platform.wall()
    arn = arns.project_arn(
        region=account.region, account=account.account_id, name=name, created_ms=account.new_stamp(created)
    )
    require_tagging(call, arn)
    account.projects[name] = Project(
        arn=arn, name=name, created=created, feature=feature, tags=dict(call.params.get("Tags", {}))
    )
    return {"ProjectArn": arn}


def describe_projects(call: Call) -> dict[str, Any]:
    """Newest first; names that do not exist are left out."""
    names = call.params.get("ProjectNames")
    features = call.params.get("Features", [CUSTOM_LABELS])
    found = [
        project
        for project in sorted(call.account.projects.values(), key=lambda item: -item.created)
        if (names is None or project.name in names) and project.feature in features
    ]
    projects, token = page("DescribeProjects", call.params, found)
    answer: dict[str, Any] = {"ProjectDescriptions": [_describe(project) for project in projects]}
    return answer | ({"NextToken": token} if token else {})


def _describe(project: Project) -> dict[str, Any]:
    return {
        "ProjectArn": project.arn,
        "CreationTimestamp": project.created,
        "Status": project.status,
        "Feature": project.feature,
        "Datasets": [
            {
                "CreationTimestamp": dataset.created,
                "DatasetType": dataset.dataset_type,
                "DatasetArn": dataset.arn,
                **status_members(dataset),
            }
            for dataset in sorted(project.datasets.values(), key=lambda item: item.created)
        ],
    }


def delete_project(call: Call) -> dict[str, Any]:
    """Refused while the project holds models or datasets; the project is gone some seconds later."""
    project = call.account.project(call.params["ProjectArn"])
    check_deletable(project)
    if project.status != "DELETING":
        project.status = "DELETING"
        project.pending = call.platform.pending(
            call.platform.lead_times.delete_project, lambda: _drop(call, project)
        )
    return {"Status": project.status}


def check_deletable(project: Project) -> None:
    """Raises ResourceInUseException naming what is in the way."""
    held = [*project.versions, *(f"the {kind} dataset" for kind in project.datasets)]
    if held:
        raise ResourceInUseException(
            f"Project {project.name} still holds {', '.join(held[:5])}{' …' if len(held) > 5 else ''}: "
            "delete its models and datasets first."
        )


def _drop(call: Call, project: Project) -> None:
    call.account.projects.pop(project.name, None)


def _tags_of(call: Call) -> dict[str, str]:
    arn = call.params["ResourceArn"]
    name = arns.parse(arn)
    if name.version is not None:
        return call.account.version(arn)[1].tags
    if name.dataset_type is not None:
        return call.account.dataset(arn)[1].tags
    return call.account.project(arn).tags


def tag_resource(call: Call) -> dict[str, Any]:
    """Adds tags or changes their values."""
    tags, new = _tags_of(call), call.params["Tags"]
    if any(key.lower().startswith("aws:") for key in new):
        raise InvalidParameterException("Tag keys must not begin with aws:")
    if len(tags | new) > quotas.MAX_TAGS:
        raise ServiceQuotaExceededException(f"A resource may have {quotas.MAX_TAGS} tags.")
    tags.update(new)
    return {}


def untag_resource(call: Call) -> dict[str, Any]:
    """Keys that are not there are no error."""
    tags = _tags_of(call)
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """All tags of a project, dataset or model."""
    return {"Tags": dict(_tags_of(call))}
