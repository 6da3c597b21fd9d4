"""Makes one stack for each environment in cdk.json and synthesises them. Asks AWS nothing."""

import sys

import aws_cdk as cdk
import cdk_nag

from pipeline_stack.settings import CONTEXT_KEY, parse_environments
from pipeline_stack.settings_errors import SettingsError
from pipeline_stack.stack import TrainingPipelineStack


def build(app: cdk.App) -> None:
    """Add to `app` a stack for each of its environments, and the checks that all of them must pass."""
    for name, settings in parse_environments(app.node.try_get_context(CONTEXT_KEY)).items():
        TrainingPipelineStack(app, f"TrainingPipeline-{name}", settings=settings)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))


def main() -> int:
    """The CDK CLI's `app`. Returns its exit code."""
    app = cdk.App()
    try:
        build(app)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
