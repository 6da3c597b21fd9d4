"""What a person reads in CloudFormation when the stack could not be deleted."""

from datetime import UTC

from botocore.exceptions import ClientError

from .project import TRAINING, ProjectContents

MOST_NAMED = 5
AGAIN = "What was stopped or deleted until now stays so, and deleting the stack again goes on from there."


def still_there(project: str, contents: ProjectContents, *, problem: Exception | None) -> str:
    """Why the time was not enough, and what to do."""
    training = [name for name, status in contents.versions.items() if status == TRAINING]
    in_order = [*training, *(name for name in contents.versions if name not in training)]
    said = [_version(name, contents) for name in in_order[:MOST_NAMED]]
    if more := in_order[MOST_NAMED:]:
        said.append(f"{len(more)} more versions are there.")
    if not contents.versions:
        said += [f"The {kind} dataset is {contents.dataset_statuses[kind]}." for kind in contents.datasets]
    if training:
        said.append(
            "Rekognition has no way to cancel a training, which can last 24 hours and is billed, nor to "
            "delete its version; CloudFormation waits for an hour at most. Delete the stack again when the "
            "training has ended: it goes on from what is left."
        )
    else:
        said.append(f"{AGAIN} If it ends like this again, look at the project in the Rekognition console.")
    if problem is not None:
        said.append(f"The last answer of AWS was {in_words(problem)}.")
    return f"Project {project} cannot be deleted yet. {' '.join(said)}"


def refused(problem: Exception) -> str:
    """What AWS refused, in a way that more time does not mend."""
    return f"AWS refused a call: {in_words(problem)}. {AGAIN}"


def in_words(problem: Exception) -> str:
    """An error of a call with its operation, code and message."""
    if isinstance(problem, ClientError):
        error = problem.response["Error"]
        return f"{error['Code']} to {problem.operation_name}: {error.get('Message', '')}".rstrip(". ")
    return f"{type(problem).__name__}: {problem}".rstrip(". ")


def _version(name: str, contents: ProjectContents) -> str:
    status, since = contents.versions[name], contents.created.get(name)
    if status != TRAINING:
        return f"Model version {name} is {status}."
    when = f" since {since.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if since else ""
    return f"Model version {name} is in training{when}."
